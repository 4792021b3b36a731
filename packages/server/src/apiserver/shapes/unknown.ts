import type { Schema } from '@atrium/api/operations/table.ts'

type Fields = Record<string, unknown>

const unknownKey = Symbol('unknown properties')
const maxBytes = 64 * 1024
const secretName =
  /password|passphrase|secret|token|credential|private_?key|api_?key|access_?key|kubeconfig|clientcert/i

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Whether objects of this schema hold secrets: nothing a client invents is kept beside those. */
const holdsSecrets = (schema: Schema): boolean =>
  Object.entries(schema.properties ?? {}).some(([name, { format }]) => secretName.test(name) || format === 'password')

function collect(schemas: Record<string, Schema>, schema: Schema, value: unknown): Fields | undefined {
  const target = schema.$ref ? (schemas[schema.$ref] ?? {}) : schema
  if (!isObject(value) || !target.properties || target.additionalProperties || holdsSecrets(target)) return undefined
  const found: Fields = {}
  for (const [name, part] of Object.entries(value)) {
    const property = Object.hasOwn(target.properties, name) ? target.properties[name] : undefined
    const kept = property ? collect(schemas, property, part) : secretName.test(name) ? undefined : withoutSecrets(part)
    if (kept !== undefined) found[name] = kept
  }
  return Object.keys(found).length > 0 ? found : undefined
}

/** Nothing describes what stands below an unknown property: names are all there is to tell secrets by, at any depth. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isObject(value)) return value
  const open = Object.entries(value).filter(([name]) => !secretName.test(name))
  return Object.fromEntries(open.map(([name, part]) => [name, withoutSecrets(part)]))
}

/**
 * The properties of `value` that schema `name` does not know, as a tree of the same paths: newer clients send fields
 * this contract lacks and read them back. Items of arrays are left out; ask for each of them with its own schema.
 * Nothing is taken out of schemas that hold secrets, nor more than 64 KiB.
 */
export function unknownOf(schemas: Record<string, Schema>, name: string, value: unknown): Fields | undefined {
  const found = collect(schemas, { $ref: name }, value)
  return found && Buffer.byteLength(JSON.stringify(found)) <= maxBytes ? found : undefined
}

/**
 * Puts what `unknownOf` found back beside the properties of `view`, for the serialiser to let through: it takes from
 * here only what the schema of the answer does not declare. Returns `view`.
 */
export function withUnknown<T extends object>(view: T, unknown: Fields | undefined): T {
  if (!unknown) return view
  for (const [name, part] of Object.entries(unknown)) {
    const inside: unknown = Reflect.get(view, name)
    if (isObject(inside) && isObject(part)) withUnknown(inside, part)
  }
  Object.defineProperty(view, unknownKey, { value: unknown, configurable: true })
  return view
}

/** What `withUnknown` left at this object. */
export const keptUnknown = (value: object): Fields | undefined => Reflect.get(value, unknownKey) as Fields | undefined
