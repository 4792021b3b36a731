import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { compareVersions } from '@atrium/pack/format/version.ts'
import { type Store, type StoredObject, systemTenant } from '@atrium/runtime/store/store.ts'
import { HeldByTenant, HeldRows } from '../store/held-rows.ts'
import { isOffered, systemState } from './sync-plan.ts'

/** What searches ask of versions: ten thousands of them share some dozens. */
export type PackFacet = Pick<PackSpec, 'registryUid' | 'layer' | 'addonType' | 'cloudTypes' | 'type'> & {
  source: string
  /** `deprecated`, `disabled`; empty = neither. */
  state: string
}

export const facetOf = (spec: Omit<PackFacet, 'source' | 'state'> & Pick<PackSpec, 'annotations'>): PackFacet => {
  const { registryUid, layer, addonType, cloudTypes, type, annotations } = spec
  const source = annotations['source'] ?? ''
  const state = annotations[systemState] ?? (annotations['disabled'] === 'true' ? 'disabled' : '')
  return { registryUid, layer, addonType, cloudTypes, source, state, ...(type && { type }) }
}

/** A pack version without its texts, which may be hundreds of kilobytes. */
export interface PackRow {
  uid: string
  /** One object for all versions of a tenant that are equal in it. */
  facet: PackFacet
  meta: StoredObject<'Pack'>['meta']
  spec: Omit<PackSpec, 'values' | 'readme' | 'presets' | 'schema' | 'constraints'>
}

const rowBytes = 1024

/** The packs of one tenant in this server's memory. */
export class PackRows {
  readonly #held: HeldRows<'Pack', PackRow>
  readonly #offered = new Groups()
  #byRegistry: Map<string, PackRow[]> | null = null

  constructor(store: Store, tenant: string) {
    const shared = sharedParts()
    this.#held = new HeldRows(store, tenant, {
      kind: 'Pack',
      rowOf: (pack) => rowOf(pack, shared),
      onChange: (before, now) => {
        this.#offered.change(before, now)
        this.#byRegistry = null
      },
    })
  }

  get sizeBytes(): number {
    return this.#held.size * rowBytes
  }

  refresh(): Promise<void> {
    return this.#held.refresh()
  }

  /** What registries offer: the versions of each pack and layer together, newest first; by name. */
  get groups(): readonly PackGroup[] {
    return this.#offered.sorted
  }

  /** Everything known of one registry, also what it offers no more. */
  ofRegistry(uid: string): readonly PackRow[] {
    this.#byRegistry ??= Map.groupBy(this.#held.values(), ({ spec }) => spec.registryUid)
    return this.#byRegistry.get(uid) ?? []
  }
}

/** Versions of one pack and layer, newest first. The same list as long as none of them changes. */
export type PackGroup = readonly PackRow[]

/** Groups of what is offered, each made anew only when one of its versions changed: there are thousands. */
class Groups {
  readonly #members = new Map<string, Map<string, PackRow>>()
  readonly #made = new Map<string, PackGroup>()
  readonly #changed = new Set<string>()
  #sorted: readonly PackGroup[] = []

  change(before: PackRow | null, now: PackRow | null): void {
    if (before !== null) this.#membersOf(groupKey(before)).delete(before.uid)
    if (now !== null && isOffered(now)) this.#membersOf(groupKey(now)).set(now.uid, now)
  }

  get sorted(): readonly PackGroup[] {
    if (this.#changed.size === 0) return this.#sorted
    for (const key of this.#changed) {
      const rows = [...(this.#members.get(key)?.values() ?? [])]
      if (rows.length > 0) this.#made.set(key, rows.sort(newestFirst))
      else for (const map of [this.#made, this.#members]) map.delete(key)
    }
    this.#changed.clear()
    this.#sorted = [...this.#made.values()].sort(byName)
    return this.#sorted
  }

  #membersOf(key: string): Map<string, PackRow> {
    this.#changed.add(key)
    const members = this.#members.get(key) ?? new Map<string, PackRow>()
    this.#members.set(key, members)
    return members
  }
}

/** One object for all that are equal: what the collector of garbage walks through is what a search waits for. */
type Shared = <T>(part: T) => T

function sharedParts(): Shared {
  const known = new Map<string, unknown>()
  return <T>(part: T): T => {
    const key = JSON.stringify(part)
    if (key.length > longestShared) return part
    const same = known.get(key) ?? part
    if (known.size < mostShared) known.set(key, same)
    return same as T
  }
}

const longestShared = 500
const mostShared = 5000

function rowOf({ meta, spec }: StoredObject<'Pack'>, shared: Shared): PackRow {
  const { registryUid, version, displayName, layer, addonType, cloudTypes, repository, digest, annotations } = spec
  const { type, source, replacedBy, logo } = spec
  const { tenant, owner, labels, finalizers } = meta
  return {
    uid: meta.uid,
    facet: shared(facetOf(spec)),
    meta: {
      ...meta,
      ...{ tenant: shared(tenant), owner: shared(owner), labels: shared(labels), finalizers: shared(finalizers) },
      annotations: shared(meta.annotations),
    },
    spec: {
      ...{ registryUid: shared(registryUid), version: shared(version), displayName, layer: shared(layer) },
      ...{ addonType: shared(addonType), cloudTypes: shared(cloudTypes), repository, digest },
      annotations: shared(annotations),
      ...(type && { type }),
      ...(source && { source }),
      ...(replacedBy && { replacedBy }),
      ...(logo && { logo: shared(logo) }),
    },
  }
}

const groupKey = ({ meta, spec }: PackRow): string => `${meta.name}\n${spec.layer}`
const newestFirst = (a: PackRow, b: PackRow): number => compareVersions(b.spec.version, a.spec.version)
const nameOf = (group: PackGroup): string => group[0]?.meta.name ?? ''
const byName = (a: PackGroup, b: PackGroup): number => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) === nameOf(b) ? 0 : 1)

const byTenant = new HeldByTenant<PackRows>(64 * 1024 * 1024)

/** The packs of the tenant as they are now. */
export const packRows = (store: Store, tenant: string): Promise<PackRows> =>
  byTenant.of(store, tenant, () => new PackRows(store, tenant))

/** What a tenant is offered: its own packs and those the installation shares, in groups as `PackRows` makes them. */
export async function offeredGroups(store: Store, tenant: string): Promise<readonly PackGroup[]> {
  if (tenant === systemTenant) return (await packRows(store, tenant)).groups
  const [shared, own] = await Promise.all([packRows(store, systemTenant), packRows(store, tenant)])
  return own.groups.length === 0 ? shared.groups : merged(own.groups, shared.groups)
}

/** Of the last two lists that were put together: they change seldom. */
const mergedBefore = new WeakMap<readonly PackGroup[], { shared: readonly PackGroup[]; groups: readonly PackGroup[] }>()

function merged(own: readonly PackGroup[], shared: readonly PackGroup[]): readonly PackGroup[] {
  const before = mergedBefore.get(own)
  if (before?.shared === shared) return before.groups
  const keyed = ([first]: PackGroup): string => (first ? groupKey(first) : '')
  const all = new Map(shared.map((group) => [keyed(group), group]))
  for (const group of own) {
    const others = all.get(keyed(group)) ?? []
    all.set(keyed(group), others.length === 0 ? group : [...group, ...others].sort(newestFirst))
  }
  const groups = [...all.values()].sort(byName)
  mergedBefore.set(own, { shared, groups })
  return groups
}
