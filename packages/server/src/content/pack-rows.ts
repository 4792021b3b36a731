import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { compareVersions } from '@atrium/pack/format/version.ts'
import { type Store, type StoredObject, systemTenant } from '@atrium/runtime/store/store.ts'
import { HeldByTenant, HeldRows } from '../store/held-rows.ts'
import { isOffered } from './sync-plan.ts'

/** A pack version without its texts, which may be hundreds of kilobytes. */
export interface PackRow {
  uid: string
  meta: StoredObject<'Pack'>['meta']
  spec: Omit<PackSpec, 'values' | 'readme' | 'presets' | 'schema' | 'constraints'>
}

const rowBytes = 1024

/** The packs of one tenant in this server's memory. */
export class PackRows {
  readonly #held: HeldRows<'Pack', PackRow>
  #groups: PackRow[][] | null = null
  #byRegistry: Map<string, PackRow[]> | null = null

  constructor(store: Store, tenant: string) {
    this.#held = new HeldRows(store, tenant, {
      kind: 'Pack',
      rowOf,
      onChange: () => {
        this.#groups = null
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
  get groups(): readonly PackRow[][] {
    this.#groups ??= groupsOf([...this.#held.values()].filter(isOffered))
    return this.#groups
  }

  /** Everything known of one registry, also what it offers no more. */
  ofRegistry(uid: string): readonly PackRow[] {
    this.#byRegistry ??= Map.groupBy(this.#held.values(), ({ spec }) => spec.registryUid)
    return this.#byRegistry.get(uid) ?? []
  }
}

function rowOf({ meta, spec }: StoredObject<'Pack'>): PackRow {
  const { registryUid, version, displayName, layer, addonType, cloudTypes, repository, digest, annotations } = spec
  const { type, source, replacedBy } = spec
  return {
    uid: meta.uid,
    meta,
    spec: {
      ...{ registryUid, version, displayName, layer, addonType, cloudTypes, repository, digest, annotations },
      ...(type && { type }),
      ...(source && { source }),
      ...(replacedBy && { replacedBy }),
    },
  }
}

const groupKey = ({ meta, spec }: PackRow): string => `${meta.name}\n${spec.layer}`
const byName = (a: PackRow[], b: PackRow[]): number => ((a[0]?.meta.name ?? '') < (b[0]?.meta.name ?? '') ? -1 : 1)

const groupsOf = (rows: readonly PackRow[]): PackRow[][] =>
  [...Map.groupBy(rows, groupKey).values()]
    .map((group) => group.sort((a, b) => compareVersions(b.spec.version, a.spec.version)))
    .sort(byName)

const byTenant = new HeldByTenant<PackRows>(64 * 1024 * 1024)

/** The packs of the tenant as they are now. */
export const packRows = (store: Store, tenant: string): Promise<PackRows> =>
  byTenant.of(store, tenant, () => new PackRows(store, tenant))

/** What a tenant is offered: its own packs and those the installation shares, in groups as `PackRows` makes them. */
export async function offeredGroups(store: Store, tenant: string): Promise<readonly PackRow[][]> {
  const shared = (await packRows(store, systemTenant)).groups
  const own = tenant === systemTenant ? [] : (await packRows(store, tenant)).groups
  if (own.length === 0) return shared
  return merged(own, shared)
}

/** Of the last two lists that were put together: they change seldom. */
const mergedBefore = new WeakMap<readonly PackRow[][], { shared: readonly PackRow[][]; groups: readonly PackRow[][] }>()

function merged(own: readonly PackRow[][], shared: readonly PackRow[][]): readonly PackRow[][] {
  const before = mergedBefore.get(own)
  if (before?.shared === shared) return before.groups
  const groups = groupsOf([...own.flat(), ...shared.flat()])
  mergedBefore.set(own, { shared, groups })
  return groups
}
