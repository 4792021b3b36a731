/** A deep copy as JSON keeps it: properties that are `undefined` are gone. */
export const jsonCopy = <T>(value: T): T => copy(shown(value)) as T

/** JSON text with sorted keys: equal values give equal text, whatever order their keys were written in. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'null'

/** Equal as JSON: key order and `undefined` properties do not count. */
export const sameJson = (a: unknown, b: unknown): boolean => same(shown(a) ?? null, shown(b) ?? null)

/** Whether `value` has all of `part`: the keys it names in objects, its elements anywhere in arrays, else the same value. */
export function holdsJson(value: unknown, part: unknown): boolean {
  if (Array.isArray(part))
    return Array.isArray(value) && part.every((wanted) => value.some((one) => holdsJson(one, wanted)))
  if (part === null || typeof part !== 'object') return value === part
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  return Object.entries(part).every(
    ([key, wanted]) => Object.hasOwn(value, key) && holdsJson(Reflect.get(value, key), wanted),
  )
}

type Fields = Record<string, unknown>

/** A value as JSON shows it; undefined = not at all. Written out as text, compared values cost three times as much. */
const shown = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value === 'bigint') throw new TypeError('JSON has no bigint')
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value
  return typeof value.toJSON === 'function' ? shown(value.toJSON()) : value
}

const copy = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => copy(shown(one) ?? null))
  const made: Fields = {}
  for (const key of Object.keys(value)) {
    const inner = shown((value as Fields)[key])
    if (inner === undefined) continue
    // Assigned, it would become the prototype.
    if (key === '__proto__') Object.defineProperty(made, key, { ...OWN, value: copy(inner) })
    else made[key] = copy(inner)
  }
  return made
}
const OWN = { enumerable: true, writable: true, configurable: true }

const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((one, index) => same(shown(one) ?? null, shown(b[index]) ?? null))
    )
  return covers(a as Fields, b as Fields) && Object.keys(b).every((key) => Object.hasOwn(a, key) || !isShown(b, key))
}

const covers = (a: Fields, b: Fields): boolean =>
  Object.keys(a).every((key) => same(shown(a[key]), Object.hasOwn(b, key) ? shown(b[key]) : undefined))

const isShown = (fields: object, key: string): boolean => shown((fields as Fields)[key]) !== undefined
