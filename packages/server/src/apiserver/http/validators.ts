import type { Operation, Schema } from '@atrium/api/operations/table.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'

/** One thing that is wrong with a request or a response. */
export interface Problem {
  /** Dotted path, e.g. `spec.packs[0].name`. */
  field: string
  message: string
}

const maxProblems = 20
/** In a larger value the first problem is looked for alone: one for each of millions of entries would fill the memory. */
const mostSearched = 10_000
const options = {
  strict: false,
  allErrors: true,
  // Go clients send zero times and empty strings where a format is declared.
  validateFormats: false,
  logger: false,
} as const

function isLarge(value: unknown): boolean {
  let left = mostSearched
  const exceeds = (part: unknown): boolean => {
    left -= 1
    if (left < 0) return true
    return part !== null && typeof part === 'object' && Object.values(part).some(exceeds)
  }
  return exceeds(value)
}

function fieldOf(error: ErrorObject): string {
  const segments = error.instancePath.split('/').slice(1)
  const parameter: unknown = error.params.missingProperty ?? error.params.additionalProperty
  if (typeof parameter === 'string') segments.push(parameter)
  return segments
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, segment) => (/^\d+$/.test(segment) ? `${path}[${segment}]` : path ? `${path}.${segment}` : segment),
      '',
    )
}

function messageFor(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is missing'
  if (error.keyword === 'additionalProperties') return 'is not a known field'
  if (error.keyword === 'enum') return `must be one of ${(error.params.allowedValues as unknown[]).join(', ')}`
  return error.message ?? 'is not valid'
}

/** Validators of the contract's schemas; each is compiled when it is first used. */
export class Validators {
  readonly #schemas: Record<string, Schema>
  readonly #body = new Ajv2020(options)
  readonly #largeBody = new Ajv2020({ ...options, allErrors: false })
  readonly #parameters = new Ajv2020({ ...options, coerceTypes: true })
  readonly #added = new Set<string>()
  /** Compiled ones are found by the very object. */
  readonly #references = new Map<string, Schema>()
  readonly #compiled = new WeakMap<Ajv2020, WeakMap<Schema, ValidateFunction>>()

  constructor(schemas: Record<string, Schema>) {
    this.#schemas = schemas
  }

  /** What is wrong with `value`; empty = nothing. */
  problems(schema: Schema, value: unknown): Problem[] {
    return this.#run(isLarge(value) ? this.#largeBody : this.#body, schema, value)
  }

  /** As `problems`, by the name of a schema. */
  problemsOf(name: string, value: unknown): Problem[] {
    const schema = this.#references.get(name) ?? { $ref: name }
    this.#references.set(name, schema)
    return this.problems(schema, value)
  }

  /** As `problems`, and turns texts into the numbers and booleans the schema asks for, in place. */
  parameterProblems(schema: Schema, value: Record<string, unknown>): Problem[] {
    return this.#run(this.#parameters, schema, value)
  }

  #run(ajv: Ajv2020, schema: Schema, value: unknown): Problem[] {
    const validate = this.#validatorOf(ajv, schema)
    if (validate(value)) return []
    return (validate.errors ?? []).slice(0, maxProblems).map((error) => ({
      field: fieldOf(error),
      message: messageFor(error),
    }))
  }

  #validatorOf(ajv: Ajv2020, schema: Schema): ValidateFunction {
    const compiled = this.#compiled.get(ajv) ?? new WeakMap<Schema, ValidateFunction>()
    this.#compiled.set(ajv, compiled)
    const known = compiled.get(schema)
    if (known) return known
    this.#addRefs(schema)
    const validate = ajv.compile(schema)
    compiled.set(schema, validate)
    return validate
  }

  /** Tells Ajv the named schemas that `schema` needs, and those that they need. */
  #addRefs(schema: unknown): void {
    if (schema === null || typeof schema !== 'object') return
    for (const [key, part] of Object.entries(schema)) {
      if (key !== '$ref' || typeof part !== 'string') this.#addRefs(part)
      else if (!this.#added.has(part)) {
        this.#added.add(part)
        const target = this.#schemas[part] ?? {}
        for (const ajv of [this.#body, this.#largeBody]) ajv.addSchema(target, part)
        this.#addRefs(target)
      }
    }
  }
}

/** One schema for the parameters of an operation that stand in the same place. */
export function parameterSchema(operation: Operation, where: 'path' | 'query'): Schema {
  const parameters = operation.parameters.filter((parameter) => parameter.in === where)
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  }
}

/** The error for a request that does not fit: names every field. */
export function invalidRequest(place: string, problems: Problem[]): AtriumError {
  const text = problems.map(({ field, message }) => `${field || place} ${message}`).join('; ')
  return new AtriumError('InvalidRequest', `The ${place} does not fit: ${text}.`, { details: { fields: problems } })
}
