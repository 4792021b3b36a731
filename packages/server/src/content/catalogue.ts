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

  /** Packs that the registries offer. */
  async packs(query: { registryUid?: string } = {}): Promise<StoredObject<'Pack'>[]> {
    const packs = await this.#list('Pack', query.registryUid ? { where: { registryUid: query.registryUid } } : {})
    return packs.filter(isOffered)
  }

  /** A pack version, also one whose tag is gone or moved: layers that use it keep working. */
  pack(uid: string): Promise<StoredObject<'Pack'> | null> {
    return this.#get('Pack', uid)
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
