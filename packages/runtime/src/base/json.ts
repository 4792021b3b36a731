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
