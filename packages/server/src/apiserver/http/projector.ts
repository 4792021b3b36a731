import type { Schema } from '@atrium/api/operations/table.ts'
import { keptUnknown } from '../shapes/unknown.ts'

type Projector = (value: unknown) => unknown
type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object' || value instanceof Date

/**
 * Copies of values that hold nothing but what their schema declares: what a schema lacks cannot leak. The only other
 * properties are those a client sent itself, kept by `keepUnknown`. A projector is made when a schema is first used.
 */
export class Projectors {
  readonly #schemas: Record<string, Schema>
  readonly #byName = new Map<string, Projector>()
  readonly #bySchema = new WeakMap<Schema, Projector>()

  constructor(schemas: Record<string, Schema>) {
    this.#schemas = schemas
  }

  project(schema: Schema, value: unknown): unknown {
    let projector = this.#bySchema.get(schema)
    if (!projector) {
      projector = this.#make(schema)
      this.#bySchema.set(schema, projector)
    }
    return projector(value)
  }

  /** The value as JSON, with what the named schema declares. */
  print(name: string, value: unknown): string {
    return JSON.stringify(this.#named(name)(value))
  }

  #named(name: string): Projector {
    const made = this.#byName.get(name)
    if (made) return made
    // Schemas refer to each other in circles: the name is known before its projector is made.
    let inner: Projector | null = null
    const lazy: Projector = (value) => {
      inner ??= this.#make(this.#schemas[name] ?? {})
      return inner(value)
    }
    this.#byName.set(name, lazy)
    return lazy
  }

  #make(schema: Schema): Projector {
    if (schema.$ref) return this.#named(schema.$ref)
    if (schema.allOf) return this.#all(schema.allOf)
    const types = [schema.type ?? []].flat()
    if (types.includes('array')) return this.#array(schema.items ?? {}, types.includes('null'))
    if (types.includes('object') || schema.properties) return this.#object(schema)
    if (types.length === 0 && !schema.enum) return (value) => value
    const nullable = types.includes('null') || schema.enum?.includes(null) === true
    return (value) => (isScalar(value) && (value !== null || nullable) ? value : undefined)
  }

  #all(parts: Schema[]): Projector {
    const projectors = parts.map((part) => this.#make(part))
    return (value) => Object.assign({}, ...projectors.map((projector) => projector(value)))
  }

  #array(items: Schema, nullable: boolean): Projector {
    const item = this.#make(items)
    return (value) => {
      if (Array.isArray(value)) return value.map(item)
      return value === null && nullable ? null : undefined
    }
  }

  #object(schema: Schema): Projector {
    const declared = Object.entries(schema.properties ?? {}).map(
      ([name, property]) => [name, this.#make(property)] as const,
    )
    const rest = this.#rest(schema)
    const names = new Set(Object.keys(schema.properties ?? {}))
    return (value) => {
      if (!isObject(value)) return undefined
      const result: Fields = {}
      for (const [name, projector] of declared) {
        const part = value[name] === undefined ? undefined : projector(value[name])
        if (part !== undefined) result[name] = part
      }
      const others = rest ? value : keptUnknown(value)
      for (const [name, part] of Object.entries(others ?? {})) {
        if (!names.has(name)) result[name] = rest ? rest(part) : part
      }
      return result
    }
  }

  /** For properties beside the declared ones: null = there are none. */
  #rest(schema: Schema): Projector | null {
    const { additionalProperties, properties } = schema
    if (typeof additionalProperties === 'object') return this.#make(additionalProperties)
    // An object schema without any property is a free-form one.
    return additionalProperties === true || (additionalProperties === undefined && !properties)
      ? (value) => value
      : null
  }
}
