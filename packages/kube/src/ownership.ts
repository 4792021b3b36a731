import { isRecord, type KubeObject } from './object.ts'

/**
 * What one manager owns of a value, in the form of `managedFields[].fieldsV1`: `f:<field>`, `k:<keys>` and `v:<value>`
 * below each other, `{}` where the value is owned as a whole. `whole`: inside such a value. `unknown`: nobody said;
 * `declared`: nobody said, and also empty objects mean something.
 */
export type Owned = Record<string, unknown> | 'whole' | 'unknown' | 'declared'

const PRESENT = '.'

/** What a manager applied to this object (in this version of it), or null. */
export function appliedFields(object: KubeObject, manager: string): Owned | null {
  const entry = (object.metadata.managedFields ?? []).find(
    (one) => one.manager === manager && one.operation === 'Apply' && one.apiVersion === object.apiVersion,
  )
  if (!entry || !isRecord(entry.fieldsV1)) return null
  if (object.kind !== 'Secret') return entry.fieldsV1
  // The server keeps what was declared as text under `data`.
  const { 'f:stringData': text, ...fields } = entry.fieldsV1
  return united(fields, isRecord(text) ? { 'f:data': text } : {})
}

/** What either of two manager entries owns. */
export function united(a: Owned, b: Owned): Owned {
  if (!isRecord(a) || !isRecord(b)) return isRecord(a) ? b : a
  const result: Record<string, unknown> = { ...a }
  for (const [name, node] of Object.entries(b)) {
    const former = result[name]
    result[name] = isRecord(former) && isRecord(node) ? united(former, node) : node
  }
  return result
}

/**
 * Declared as an empty object, a value has the form of one that is owned as a whole; but what others put into it is
 * theirs. Marks those.
 */
export function withoutEmpties(owned: Owned, declared: unknown): Owned {
  if (!isRecord(owned)) return owned
  const isLeaf = Object.keys(owned).length === 0
  if (isLeaf) return isRecord(declared) && Object.keys(declared).length === 0 ? { [PRESENT]: {} } : owned
  const entries = Object.entries(owned).map(([name, node]): [string, unknown] => {
    const value = declaredAt(declared, name)
    return [name, isRecord(node) && value !== undefined ? withoutEmpties(node, value) : node]
  })
  return Object.fromEntries(entries)
}

/** Declared as an empty object, and the server keeps nothing that others put into it: it takes the object for one value. */
export const isKeptEmpty = (owned: Owned | undefined, desired: unknown): boolean =>
  isRecord(owned) &&
  Object.keys(owned).join() === PRESENT &&
  (desired === undefined || (isRecord(desired) && Object.keys(desired).length === 0))

function declaredAt(declared: unknown, name: string): unknown {
  if (name.startsWith('f:')) return isRecord(declared) ? declared[name.slice(2)] : undefined
  return Array.isArray(declared) ? declared.find((item) => isKeyed(name, item)) : undefined
}

/** Undefined where the manager owns nothing. */
export function ownedField(owned: Owned | undefined, name: string): Owned | undefined {
  if (owned === undefined || !isRecord(owned)) return owned
  if (isWhole(owned)) return 'whole'
  return asOwned(owned[`f:${name}`])
}

export function ownedItem(owned: Owned | undefined, item: unknown): Owned | undefined {
  if (owned === undefined || !isRecord(owned)) return owned
  if (isWhole(owned)) return 'whole'
  return asOwned(Object.entries(owned).find(([name]) => isKeyed(name, item))?.[1])
}

const asOwned = (node: unknown): Owned | undefined => (isRecord(node) ? node : undefined)

/** The value is owned as one: a number, a text, a list or map that the server does not merge. */
export const isWhole = (owned: Owned | undefined): boolean =>
  owned === 'whole' || (isRecord(owned) && Object.keys(owned).length === 0)

/** Whether the manager owns entries of this list, which others may add to. */
export const isMergedList = (owned: Owned | undefined): boolean =>
  isRecord(owned) && Object.keys(owned).some((name) => name.startsWith('k:') || name.startsWith('v:'))

/** The fields by which the server knows the entries of this list. */
export function mergeKeys(owned: Owned | undefined): string[] {
  const entry = isRecord(owned) ? Object.keys(owned).find((name) => name.startsWith('k:')) : undefined
  return entry ? Object.keys(JSON.parse(entry.slice(2)) as object) : []
}

/** Whether `k:{"name":"web"}` or `v:"a"` means this item. */
function isKeyed(name: string, item: unknown): boolean {
  if (name.startsWith('v:')) return JSON.stringify(item) === name.slice(2)
  if (!name.startsWith('k:') || !isRecord(item)) return false
  const keys: unknown = JSON.parse(name.slice(2))
  // A key that the object leaves to its default is not in a declaration.
  return isRecord(keys) && Object.entries(keys).every(([key, value]) => (item[key] ?? value) === value)
}
