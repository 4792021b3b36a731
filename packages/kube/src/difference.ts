import { isRecord, type KubeObject } from './object.ts'
import { isKeptEmpty, isMergedList, isWhole, mergeKeys, type Owned, ownedField, ownedItem } from './ownership.ts'
import { type Sameness, samenessOf } from './same-value.ts'

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
/** Keys by which list items are known, most telling first. */
const itemKeys = ['name', 'mountPath', 'devicePath', 'containerPort', 'port', 'key', 'type', 'ip', 'topologyKey', 'uid']

/**
 * Where two forms of one object differ, ignoring what is not declared; at most 100 places. `owned` is what the manager
 * whose fields matter owns of the desired form: differences of others, and the order of lists that the server merges, are
 * left out. Without it every field matters, and keyed lists have no order. Pure.
 */
export function differences(live: KubeObject, desired: KubeObject, owned: Owned = 'unknown'): Difference[] {
  const found: Difference[] = []
  const comparison = new Comparison(samenessOf(desired), found)
  comparison.compareRecords(
    { ...live, metadata: trimmed(live) },
    { ...desired, metadata: trimmed(desired) },
    { path: '', field: '', parent: '', owned },
    ignoredTop,
  )
  return found
}

const trimmed = (object: KubeObject): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !ignoredMetadata.has(name)))

/** Where in the object: `field` stands in `parent`; it is empty for items of lists. */
interface Place {
  path: string
  field: string
  parent: string
  owned: Owned | undefined
}

class Comparison {
  readonly #sameness: Sameness
  readonly #found: Difference[]

  constructor(sameness: Sameness, found: Difference[]) {
    this.#sameness = sameness
    this.#found = found
  }

  compare(live: unknown, desired: unknown, at: Place): void {
    const place = isKeptEmpty(at.owned, desired) ? { ...at, owned: 'whole' as const } : at
    const { field, parent, owned } = place
    if (this.#found.length >= differenceLimits.count || live === desired || owned === undefined) return
    if (isRecord(live) && isRecord(desired)) return this.compareRecords(live, desired, place)
    if (Array.isArray(live) && Array.isArray(desired)) return this.#compareLists(live, desired, place)
    if (isEmpty(live, owned) && isEmpty(desired, owned)) return
    if (this.#sameness.isSame(live, desired, field, parent)) return
    // A map that lost all its fields is told by them; an entry of a list as one.
    const filled = live === undefined ? desired : desired === undefined ? live : null
    if (isRecord(filled) && Object.keys(filled).length > 0 && field !== '')
      return this.compareRecords(isRecord(live) ? live : {}, isRecord(desired) ? desired : {}, place)
    this.#add(place.path, live, desired)
  }

  #add(path: string, live: unknown, desired: unknown): void {
    this.#found.push({ path, live: live ?? null, desired: desired ?? null })
  }

  compareRecords(
    live: Record<string, unknown>,
    desired: Record<string, unknown>,
    { path, field: parent, owned }: Place,
    ignored: ReadonlySet<string> = new Set(),
  ): void {
    for (const name of new Set([...Object.keys(live), ...Object.keys(desired)])) {
      if (ignored.has(name)) continue
      const place = { path: `${path}/${escapeName(name)}`, field: name, parent, owned: ownedField(owned, name) }
      this.compare(live[name], desired[name], place)
    }
  }

  #compareLists(live: unknown[], desired: unknown[], place: Place): void {
    const { path, field, parent, owned } = place
    const isMetadataSet = field === 'finalizers' && parent === 'metadata'
    if ((isMetadataSet || this.#sameness.isSet(field)) && sameSet(live, desired)) return
    const isMerged = isMergedList(owned)
    const key = [...itemKeys, ...mergeKeys(owned)].find((name) => isKeyOf(name, live) && isKeyOf(name, desired))
    if (key) return this.#compareKeyed(live, desired, key, place)
    if (isMerged && hasTwins(live, owned)) return this.#add(path, live, desired)
    if (isMerged) return this.#compareMerged(live, desired, place)
    for (let index = 0; index < Math.max(live.length, desired.length); index++) {
      const item = isWhole(owned) ? 'whole' : owned
      this.compare(live[index], desired[index], { path: `${path}/${index}`, field: '', parent: field, owned: item })
    }
  }

  /** Items that one field names on both sides. */
  #compareKeyed(live: unknown[], desired: unknown[], key: string, { path, field, owned }: Place): void {
    const before = this.#found.length
    const [liveByKey, desiredByKey] = [byKey(live, key), byKey(desired, key)]
    for (const value of new Set([...liveByKey.keys(), ...desiredByKey.keys()])) {
      const [one, other] = [liveByKey.get(value), desiredByKey.get(value)]
      const item = ownedItem(owned, other) ?? ownedItem(owned, one)
      this.compare(one, other, { path: `${path}[${key}=${String(value)}]`, field: '', parent: field, owned: item })
    }
    if (this.#found.length > before || !(isWhole(owned) || isOrdered(field, desired))) return
    const [now, wanted] = [[...liveByKey.keys()], [...desiredByKey.keys()]]
    const shared = (keys: unknown[], others: Map<unknown, unknown>): unknown[] => keys.filter((one) => others.has(one))
    const order = [shared(now, desiredByKey), shared(wanted, liveByKey)]
    if (JSON.stringify(order[0]) !== JSON.stringify(order[1])) this.#add(path, order[0], order[1])
  }

  /** Items that the server knows by several fields, or by themselves. */
  #compareMerged(live: unknown[], desired: unknown[], { path, field, owned }: Place): void {
    const partnerIn = (items: unknown[], node: Owned | undefined): unknown =>
      items.find((item) => node !== undefined && ownedItem(owned, item) === node)
    for (const [index, item] of desired.entries()) {
      const node = ownedItem(owned, item)
      const place = { path: `${path}${nameOf(item, index)}`, field: '', parent: field, owned: node }
      this.compare(partnerIn(live, node), item, place)
    }
    for (const [index, item] of live.entries()) {
      const node = ownedItem(owned, item)
      if (partnerIn(desired, node) !== undefined) continue
      this.compare(item, undefined, { path: `${path}${nameOf(item, index)}`, field: '', parent: field, owned: node })
    }
  }
}

/** An entry of a set is known by itself. */
const nameOf = (item: unknown, index: number): string => (isRecord(item) ? `/${index}` : `[${String(item)}]`)

/** Absent, null and an empty list say the same; an empty object too where nobody knows whether it was declared. */
const isEmpty = (value: unknown, owned: Owned): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (owned === 'unknown' && isRecord(value) && Object.keys(value).length === 0)

const escapeName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

const sameSet = (a: unknown[], b: unknown[]): boolean => a.length === b.length && a.every((item) => b.includes(item))

/** Init containers run one after another, and a variable may use those before it. */
const isOrdered = (field: string, items: unknown[]): boolean =>
  field === 'initContainers' || (field === 'env' && JSON.stringify(items).includes('$('))

/** Every item has this field, and no two have the same value in it. */
const isKeyOf = (name: string, items: unknown[]): boolean =>
  items.every((item) => isRecord(item) && ['string', 'number'].includes(typeof item[name])) &&
  new Set(items.map((item) => isRecord(item) && item[name])).size === items.length

const byKey = (items: unknown[], key: string): Map<unknown, Record<string, unknown>> =>
  new Map(items.filter(isRecord).map((item) => [item[key], item]))

/** Whether one entry of the manager stands there twice: a list may hold that, and no merge can. */
const hasTwins = (items: unknown[], owned: Owned | undefined): boolean => {
  const nodes = items.map((item) => ownedItem(owned, item)).filter((node) => node !== undefined)
  return new Set(nodes).size < nodes.length
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
