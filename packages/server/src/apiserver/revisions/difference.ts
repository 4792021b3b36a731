import { sameJson } from '@atrium/runtime/base/json.ts'

/** A value that is compared and never shown. */
export class Hidden {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** One place where two specs differ. An absent value is undefined. */
export interface SpecChange {
  /** Keyed items by their name: `profiles[web].layers[hello].values`. */
  path: string
  change: 'added' | 'removed' | 'changed' | 'reordered'
  old: unknown
  new: unknown
}

type Named = Record<string, unknown> & { name: string }

/** Where two values differ, in the order of their keys. Pure. */
export function specChanges(old: unknown, fresh: unknown, path = ''): SpecChange[] {
  if (isRecord(old) && isRecord(fresh)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(fresh)])
    return [...keys].flatMap((key) => specChanges(old[key], fresh[key], below(path, key)))
  }
  if (isNamedList(old) && isNamedList(fresh) && old.length + fresh.length > 0) return listChanges(old, fresh, path)
  if (sameJson(old, fresh)) return []
  const change = old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed'
  return [{ path, change, old, new: fresh }]
}

function listChanges(old: Named[], fresh: Named[], path: string): SpecChange[] {
  const [before, after] = [byName(old), byName(fresh)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const changes = names.flatMap((name) => specChanges(before.get(name), after.get(name), `${path}[${name}]`))
  const order = [before, after].map((items) => [...items.keys()].filter((name) => before.has(name) && after.has(name)))
  if (sameJson(order[0], order[1])) return changes
  return [...changes, { path, change: 'reordered', old: [...before.keys()], new: [...after.keys()] }]
}

const byName = (items: Named[]): Map<string, Named> => new Map(items.map((item) => [item.name, item]))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Hidden)

/** A list whose items are known by their names. */
function isNamedList(value: unknown): value is Named[] {
  if (!Array.isArray(value)) return false
  const names = value.map((item) => (isRecord(item) ? item['name'] : undefined))
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length
}

const below = (path: string, key: string): string => {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
