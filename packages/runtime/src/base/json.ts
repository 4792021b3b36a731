/** A deep copy as JSON keeps it: properties that are `undefined` are gone. */
export const jsonCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** JSON text with sorted keys: equal values give equal text, whatever order their keys were written in. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'null'

/** Equal as JSON: key order and `undefined` properties do not count. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

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
