import { isRecord, type KubeObject } from './object.ts'
import { parseQuantity } from './quantity.ts'

/** One place where live and desired differ; `undefined` became null: JSON knows no absence. */
export interface Difference {
  /** JSON-pointer-like, keyed list items by their key: `/spec/containers[name=web]/image`. */
  path: string
  live: unknown
  desired: unknown
}

const differenceLimits = { count: 100, valueChars: 2_000 } as const

/** Fields the API server keeps for itself, and status, which is not declared. */
const ignoredTop = new Set(['status', 'apiVersion', 'kind'])
const ignoredMetadata = new Set([
  'resourceVersion',
  'managedFields',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
])
/** Lists that are sets: their order means nothing. */
const sets = new Set(['finalizers', 'accessModes', 'verbs', 'apiGroups', 'resources'])
/** Keys by which list items are known, most telling first. */
const itemKeys = ['name', 'mountPath', 'devicePath', 'containerPort', 'port', 'key', 'type', 'ip', 'topologyKey', 'uid']
/** Order is behaviour here, although items have names. */
const ordered = new Set(['initContainers'])
const amounts = new Set(['limits', 'requests', 'capacity', 'hard', 'default', 'defaultRequest', 'max', 'min'])
const amountFields = new Set(['storage', 'size', 'sizeLimit', 'cpu', 'memory'])

/** Where two forms of one object differ, ignoring what is not declared; at most 100 places. Pure. */
export function differences(live: KubeObject, desired: KubeObject): Difference[] {
  const found: Difference[] = []
  compareRecords(
    { ...live, metadata: trimmed(live) },
    { ...desired, metadata: trimmed(desired) },
    '',
    found,
    ignoredTop,
  )
  return found
}

const trimmed = (object: KubeObject): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !ignoredMetadata.has(name)))

function compare(live: unknown, desired: unknown, path: string, names: string[], found: Difference[]): void {
  if (found.length >= differenceLimits.count || live === desired) return
  if (isRecord(live) && isRecord(desired)) return compareRecords(live, desired, path, found)
  if (Array.isArray(live) && Array.isArray(desired)) return compareLists(live, desired, path, names, found)
  if (isEmpty(live) && isEmpty(desired)) return
  if (isAmount(names) && sameAmount(live, desired)) return
  found.push({ path, live: live ?? null, desired: desired ?? null })
}

/** Absent, null and empty containers say the same. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.keys(value).length === 0)

const isAmount = ([field = '', parent = '']: string[]): boolean => amounts.has(parent) || amountFields.has(field)
const sameAmount = (a: unknown, b: unknown): boolean => {
  const amount = parseQuantity(a)
  return amount !== null && amount === parseQuantity(b)
}

function compareRecords(
  live: Record<string, unknown>,
  desired: Record<string, unknown>,
  path: string,
  found: Difference[],
  ignored: ReadonlySet<string> = new Set(),
): void {
  const parent = path.slice(path.lastIndexOf('/') + 1)
  for (const name of new Set([...Object.keys(live), ...Object.keys(desired)])) {
    if (ignored.has(name)) continue
    compare(live[name], desired[name], `${path}/${escapeName(name)}`, [name, parent], found)
  }
}

const escapeName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

function compareLists(live: unknown[], desired: unknown[], path: string, names: string[], found: Difference[]): void {
  const [field = ''] = names
  if (sets.has(field) && sameSet(live, desired)) return
  const key = ordered.has(field) ? undefined : itemKeys.find((name) => isKeyOf(name, live) && isKeyOf(name, desired))
  if (key) return compareKeyed(live.filter(isRecord), desired.filter(isRecord), key, path, found)
  for (let index = 0; index < Math.max(live.length, desired.length); index++) {
    compare(live[index], desired[index], `${path}/${index}`, [String(index), field], found)
  }
}

const sameSet = (a: unknown[], b: unknown[]): boolean => a.length === b.length && a.every((item) => b.includes(item))

/** Every item has this field, and no two have the same value in it. */
const isKeyOf = (name: string, items: unknown[]): boolean =>
  items.every((item) => isRecord(item) && ['string', 'number'].includes(typeof item[name])) &&
  new Set(items.map((item) => isRecord(item) && item[name])).size === items.length

function compareKeyed(
  live: Record<string, unknown>[],
  desired: Record<string, unknown>[],
  key: string,
  path: string,
  found: Difference[],
): void {
  const liveByKey = new Map(live.map((item) => [item[key], item]))
  const desiredByKey = new Map(desired.map((item) => [item[key], item]))
  for (const value of new Set([...liveByKey.keys(), ...desiredByKey.keys()])) {
    compare(liveByKey.get(value), desiredByKey.get(value), `${path}[${key}=${String(value)}]`, [], found)
  }
}

const MASK = '[secret]'
const LAST_APPLIED = 'kubectl.kubernetes.io~1last-applied-configuration'

/** Hides what must not leave the cluster, and cuts values that are too long to show. Pure. */
export function maskDifferences(kind: string, items: Difference[]): Difference[] {
  return items.map((item) => {
    const secret =
      (kind === 'Secret' && /^\/(data|stringData)(\/|$)/.test(item.path)) || item.path.includes(LAST_APPLIED)
    return secret
      ? { path: item.path, live: item.live === null ? null : MASK, desired: item.desired === null ? null : MASK }
      : { path: item.path, live: shortened(item.live), desired: shortened(item.desired) }
  })
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value ?? null)
  return text.length <= differenceLimits.valueChars ? value : `${text.slice(0, differenceLimits.valueChars)}… (cut)`
}
