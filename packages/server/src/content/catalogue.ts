import {
  type ListQuery,
  type SharedKind,
  type StoredObject,
  systemTenant,
  type Tx,
} from '@atrium/runtime/store/store.ts'
import { isOffered } from './sync-plan.ts'

/**
 * Registries and packs that one caller may use: the tenant's own, read through `tx` (which decides what the caller sees), and those the
 * installation shares with every tenant. Whoever may read packs may read the shared ones.
 */
export class Catalogue {
  readonly #tx: Tx
  readonly #read = new Map<string, StoredObject<'Pack'>>()

  constructor(tx: Tx) {
    this.#tx = tx
  }

  /** Registries, but those that are being deleted. */
  async registries(): Promise<StoredObject<'Registry'>[]> {
    return (await this.#list('Registry', {})).filter(({ meta }) => meta.deletedAt === null)
  }

  async registry(uid: string): Promise<StoredObject<'Registry'> | null> {
    const registry = await this.#get('Registry', uid)
    return registry?.meta.deletedAt === null ? registry : null
  }

  /** Packs of these names that the registries offer, with all their texts: whoever lists packs reads rows (`pack-rows.ts`). */
  async packs(query: { name: string[]; registryUid?: string }): Promise<StoredObject<'Pack'>[]> {
    const { name, registryUid } = query
    if (name.length === 0) return []
    return (await this.#list('Pack', { where: { name, ...(registryUid && { registryUid }) } })).filter(isOffered)
  }

  /** A pack version, also one whose tag is gone or moved: layers that use it keep working. */
  async pack(uid: string): Promise<StoredObject<'Pack'> | null> {
    return this.#read.get(uid) ?? this.#get('Pack', uid)
  }

  /** Reads these pack versions at once; `pack` then answers without the database. */
  async readPacks(uids: readonly string[]): Promise<StoredObject<'Pack'>[]> {
    const missing = [...new Set(uids)].filter((uid) => !this.#read.has(uid))
    if (missing.length > 0)
      for (const pack of await this.#list('Pack', { where: { uid: missing } })) this.#read.set(pack.meta.uid, pack)
    return uids.flatMap((uid) => this.#read.get(uid) ?? [])
  }

  /** What stands under the same registry, name and version as this pack now; the pack itself when nothing else does. */
  async current(uid: string): Promise<StoredObject<'Pack'> | null> {
    const pack = await this.pack(uid)
    if (pack?.spec.replacedBy === undefined) return pack
    // Content may have moved again since, and back.
    const { items } = await this.#packs(pack)
    return items.find(isOffered) ?? pack
  }

  #packs({ meta, spec }: StoredObject<'Pack'>): Promise<{ items: StoredObject<'Pack'>[] }> {
    const query = { where: { registryUid: spec.registryUid, version: spec.version, name: meta.name } }
    return meta.tenant === this.#tx.tenant ? this.#tx.list('Pack', query) : this.#tx.shared.list('Pack', query)
  }

  async #get<K extends SharedKind>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    return (await this.#tx.get(kind, uid)) ?? (await this.#tx.shared.get(kind, uid))
  }

  async #list<K extends SharedKind>(kind: K, query: ListQuery): Promise<StoredObject<K>[]> {
    const own = await this.#tx.list(kind, query)
    if (this.#tx.tenant === systemTenant) return own.items
    const shared = await this.#tx.shared.list(kind, query)
    return [...own.items, ...shared.items]
  }
}
