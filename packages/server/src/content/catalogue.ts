import {
  type ListQuery,
  type SharedKind,
  type StoredObject,
  systemTenant,
  type Tx,
} from '@atrium/runtime/store/store.ts'
import { isVanished } from './sync-plan.ts'

/**
 * Registries and packs that one caller may use: the tenant's own, read through `tx` (which decides what the caller sees), and those the
 * installation shares with every tenant. Whoever may read packs may read the shared ones.
 */
export class Catalogue {
  readonly #tx: Tx

  constructor(tx: Tx) {
    this.#tx = tx
  }

  registries(): Promise<StoredObject<'Registry'>[]> {
    return this.#list('Registry', {})
  }

  registry(uid: string): Promise<StoredObject<'Registry'> | null> {
    return this.#get('Registry', uid)
  }

  /** Packs whose tags the registries still hold. */
  async packs(query: { registryUid?: string } = {}): Promise<StoredObject<'Pack'>[]> {
    const packs = await this.#list('Pack', query.registryUid ? { where: { registryUid: query.registryUid } } : {})
    return packs.filter((pack) => !isVanished(pack))
  }

  /** A pack version, also one whose tag is gone: layers that use it keep working. */
  pack(uid: string): Promise<StoredObject<'Pack'> | null> {
    return this.#get('Pack', uid)
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
