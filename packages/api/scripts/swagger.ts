import type { Contract, Operation, Parameter, Schema } from './contract-model.ts'

interface SwaggerParameter {
  name: string
  in: string
  required?: boolean
  schema?: Schema
  [keyword: string]: unknown
}
interface SwaggerOperation {
  operationId: string
  parameters?: SwaggerParameter[]
  responses: Record<string, { schema?: Schema }>
  produces?: string[]
  consumes?: string[]
}
interface Swagger {
  paths: Record<string, Record<string, SwaggerOperation | SwaggerParameter[]>>
  definitions: Record<string, Schema>
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const
const keptKeywords = ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'pattern', 'default'] as const

const nullable = (schema: Schema): Schema => ({
  ...schema,
  ...(schema.type === undefined ? {} : { type: [schema.type, 'null'].flat() }),
  ...(Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {}),
})

/** Draft 4 knows `exclusiveMinimum: true` beside `minimum`; 2020-12 wants the number itself. */
function bounds(source: Schema): Schema {
  const result: Schema = {}
  if (typeof source.minimum === 'number') {
    result[source.exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = source.minimum
  }
  if (typeof source.maximum === 'number') {
    result[source.exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = source.maximum
  }
  return result
}

/** Seven cluster entities require `cloudType`, which they have no property for and no client sends. */
const requiredOf = ({ required = [], properties }: Schema): string[] =>
  properties ? required.filter((name) => Object.hasOwn(properties, name)) : required

/**
 * One Swagger 2.0 schema as JSON Schema 2020-12. Arrays take null (clients in Go send it for unset ones); `uniqueItems`
 * goes, for it costs the square of the length on objects and clients repeat items.
 */
export function importSchema(source: Schema): Schema {
  if (source.$ref) return { $ref: source.$ref.replace('#/definitions/', '') }
  const result: Schema = {}
  const type = source.type ?? (source.properties ? 'object' : undefined)
  if (type !== undefined) result.type = type === 'file' ? 'string' : type
  if (source.format !== undefined) result.format = source.type === 'file' ? 'binary' : source.format
  if (source.enum) result.enum = source.enum
  for (const keyword of keptKeywords) if (source[keyword] !== undefined) result[keyword] = source[keyword]
  if (result.minimum !== undefined || result.maximum !== undefined) {
    delete result.minimum
    delete result.maximum
    Object.assign(result, bounds(source))
  }
  const required = requiredOf(source)
  if (required.length > 0) result.required = required
  if (source.properties) {
    result.properties = Object.fromEntries(
      Object.entries(source.properties).map(([name, property]) => [name, importSchema(property)]),
    )
  }
  if (source.items) result.items = importSchema(source.items)
  if (source.allOf) result.allOf = source.allOf.map(importSchema)
  if (source.additionalProperties !== undefined) {
    result.additionalProperties =
      typeof source.additionalProperties === 'object'
        ? importSchema(source.additionalProperties)
        : source.additionalProperties
  }
  return type === 'array' || source['x-nullable'] === true ? nullable(result) : result
}

function importParameter(source: SwaggerParameter): Parameter {
  const { name, required, schema: _schema, in: where, ...keywords } = source
  const schema = importSchema(keywords)
  // The documented maximum of 50 is not what clients rely on: `limit=0` asks for everything.
  if (name === 'limit') delete schema.maximum
  if (Array.isArray(schema.type)) schema.type = 'array'
  return { name, in: where as Parameter['in'], ...(required ? { required } : {}), schema }
}

function importOperation(
  method: string,
  path: string,
  source: SwaggerOperation,
  shared: SwaggerParameter[],
): Operation {
  const own = source.parameters ?? []
  const inherited = shared.filter((parameter) => !own.some((o) => o.name === parameter.name && o.in === parameter.in))
  const all = [...inherited, ...own]
  const body = all.find((parameter) => parameter.in === 'body')
  const produces = source.produces?.[0]
  const consumes = source.consumes?.[0]
  const successes = Object.entries(source.responses).filter(([status]) => status !== 'default' && Number(status) < 400)
  return {
    id: source.operationId,
    method: method.toUpperCase() as Operation['method'],
    path,
    parameters: all.filter((parameter) => parameter.in !== 'body').map(importParameter),
    ...(body?.schema ? { body: { schema: importSchema(body.schema), required: body.required ?? false } } : {}),
    ...(consumes && consumes !== 'application/json' ? { consumes } : {}),
    responses: Object.fromEntries(
      // 204 carries no body, whatever schema stands beside it.
      successes.map(([status, response]) => [
        status,
        response.schema && status !== '204' ? importSchema(response.schema) : null,
      ]),
    ),
    ...(produces && produces !== 'application/json' ? { produces } : {}),
  }
}

/** The facts of a Swagger 2.0 document: operations sorted by path and method, schemas by name; no prose. */
export function importSwagger(swagger: Swagger): Contract {
  const operations: Operation[] = []
  for (const path of Object.keys(swagger.paths).sort()) {
    const item = swagger.paths[path] ?? {}
    const shared = (item.parameters ?? []) as SwaggerParameter[]
    for (const method of methods) {
      const source = item[method] as SwaggerOperation | undefined
      if (source) operations.push(importOperation(method, path, source, shared))
    }
  }
  const schemas = Object.fromEntries(
    Object.entries(swagger.definitions).map(([name, schema]) => [name, importSchema(schema)]),
  )
  return { operations, schemas }
}
