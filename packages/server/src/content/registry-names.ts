import { type Store, systemTenant } from '@atrium/runtime/store/store.ts'
import { HeldByTenant, HeldRows } from '../store/held-rows.ts'

interface RegistryRow {
  uid: string
  /** Null while it is being deleted: its packs go with it. */
  name: string | null
}

const rowBytes = 256

/** The registries of one tenant in this server's memory: every search of packs names them. */
class RegistryNames {
  readonly #held: HeldRows<'Registry', RegistryRow>

  constructor(store: Store, tenant: string) {
    this.#held = new HeldRows(store, tenant, {
      kind: 'Registry',
      rowOf: ({ meta }) => ({ uid: meta.uid, name: meta.deletedAt === null ? meta.name : null }),
      onChange: () => undefined,
    })
  }

  get sizeBytes(): number {
    return this.#held.size * rowBytes
  }

  get rows(): Iterable<RegistryRow> {
    return this.#held.values()
  }

  refresh(): Promise<void> {
    return this.#held.refresh()
  }
}

const byTenant = new HeldByTenant<RegistryNames>(8 * 1024 * 1024)
const namesOf = (store: Store, tenant: string): Promise<RegistryNames> =>
  byTenant.of(store, tenant, () => new RegistryNames(store, tenant))

/** Names by uid of the registries whose packs a tenant is offered: its own, and those the installation shares. */
export async function registryNames(store: Store, tenant: string): Promise<ReadonlyMap<string, string>> {
  const all = await Promise.all([...new Set([systemTenant, tenant])].map((one) => namesOf(store, one)))
  const named = all.flatMap(({ rows }) =>
    [...rows].flatMap(({ uid, name }) => (name === null ? [] : [[uid, name] as const])),
  )
  return new Map(named)
}
