import type { Contract, Operation, Schema } from './contract-model.ts'

const prefix = '#/components/schemas/'

function withFullRefs<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withFullRefs) as T
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string' ? prefix + part : withFullRefs(part),
    ]),
  ) as T
}

const content = (schema: Schema, type: string) => ({ content: { [type]: { schema: withFullRefs(schema) } } })

function responses(operation: Operation): Record<string, unknown> {
  const successes = Object.entries(operation.responses).map(([status, schema]) => [
    status,
    {
      description: status === '201' ? 'Created' : 'OK',
      ...(schema === null ? {} : content(schema, operation.produces ?? 'application/json')),
    },
  ])
  return { ...Object.fromEntries(successes), default: { $ref: '#/components/responses/Error' } }
}

function form(operation: Operation): Schema | undefined {
  const fields = operation.parameters.filter((parameter) => parameter.in === 'formData')
  if (fields.length === 0) return undefined
  return { type: 'object', properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])) }
}

function describe(operation: Operation): Record<string, unknown> {
  const schema = operation.body?.schema ?? form(operation)
  return {
    operationId: operation.id,
    parameters: operation.parameters
      .filter((parameter) => parameter.in !== 'formData')
      .map(({ name, in: where, required, schema: type }) => ({
        name,
        in: where,
        required: where === 'path' || (required ?? false),
        schema: withFullRefs(type),
        ...(type.type === 'array' ? { explode: false } : {}),
      })),
    ...(schema
      ? {
          requestBody: {
            required: operation.body?.required ?? false,
            ...content(schema, operation.consumes ?? 'application/json'),
          },
        }
      : {}),
    responses: responses(operation),
  }
}

/** The contract as one OpenAPI 3.1 document. */
export function emitOpenApi(contract: Contract): string {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of contract.operations) {
    paths[operation.path] ??= {}
    Object.assign(paths[operation.path] ?? {}, { [operation.method.toLowerCase()]: describe(operation) })
  }
  const header = {
    openapi: '3.1.0',
    info: { title: 'Atrium', version: '1' },
    security: [{ ApiKey: [] }, { Authorization: [] }],
  }
  const components = {
    securitySchemes: {
      ApiKey: { type: 'apiKey', in: 'header', name: 'ApiKey' },
      Authorization: { type: 'apiKey', in: 'header', name: 'Authorization' },
    },
    responses: { Error: { description: 'Error', ...content({ $ref: 'v1Error' }, 'application/json') } },
    schemas: withFullRefs(contract.schemas),
  }
  const lines = (record: Record<string, unknown>): string =>
    Object.entries(record)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n')
  return `{${lines(header)},\n"paths":{\n${lines(paths)}\n},\n"components":{"securitySchemes":${JSON.stringify(
    components.securitySchemes,
  )},"responses":${JSON.stringify(components.responses)},"schemas":{\n${lines(components.schemas)}\n}}}\n`
}
