import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import type { InventoryEntry } from '@atrium/kube/inventory.ts'
import { type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { ReadinessCheck } from '@atrium/pack/format/readiness.ts'
import { sha256 } from '../names.ts'
import type { ContentStore } from '../storage/cluster-store.ts'

/** One object as it was declared, and who applied it. */
export interface DeclaredObject {
  object: KubeObject
  /** Field manager that owns the declared fields. */
  manager: string
  /** Stays when its layer goes. */
  keep: boolean
  /** It was there before us: removal gives the fields back instead of deleting it. */
  adopted: boolean
}

/** What one step of a layer left behind: a helm release, a manifest file, or the layer's namespaces. */
export interface UnitRecord {
  /** `chart:<release>`, `manifest:<name>` or `namespaces`. */
  id: string
  /** Only for charts. */
  release?: { name: string; namespace: string; revision: number }
  objects: DeclaredObject[]
  /** Its first installation was begun and never finished: removal must look for it, drift must not. */
  incomplete?: boolean
}

/** What is installed for one layer: the agent's inventory, its memory of what was declared, and what was begun. */
export interface LayerRecord {
  id: string
  name: string
  /** Position in the last desired state: removal goes backwards. */
  order: number
  /** Digest of everything the installation was made from; empty while a first installation is incomplete. */
  key: string
  /** A change that was begun and not finished: it is begun again, whatever the key says. */
  attempted: string | null
  valuesDigest: string | null
  units: UnitRecord[]
  readinessChecks: ReadinessCheck[]
  /** RFC 3339. */
  startedAt: string | null
  installedAt: string | null
}

/** Digest of everything that decides what a layer installs. */
export const layerKey = (layer: DesiredLayer): string =>
  sha256(
    JSON.stringify([
      layer.pack?.repository ?? '',
      layer.pack?.digest ?? '',
      layer.valuesDigest,
      layer.manifests.map((manifest) => [manifest.name, manifest.digest]),
      layer.namespace,
    ]),
  )

export const isInstalled = (record: LayerRecord | undefined, key: string): boolean =>
  record !== undefined && record.key === key && record.attempted === null

export const newRecord = (layer: Pick<DesiredLayer, 'id' | 'name'>, order: number): LayerRecord => ({
  id: layer.id,
  name: layer.name,
  order,
  key: '',
  attempted: null,
  valuesDigest: null,
  units: [],
  readinessChecks: [],
  startedAt: null,
  installedAt: null,
})

export const objectsOf = (record: LayerRecord): DeclaredObject[] => record.units.flatMap((unit) => unit.objects)

/** What must be there as declared: everything but units whose first installation never finished. */
export const enforcedUnits = (record: LayerRecord): UnitRecord[] => record.units.filter((unit) => !unit.incomplete)

export const entryOf = (declared: DeclaredObject): InventoryEntry => ({
  ...refOf(declared.object),
  ...(declared.keep ? { keep: true } : {}),
})

/** The record with one unit replaced or added at its end. */
export const withUnit = (record: LayerRecord, unit: UnitRecord): LayerRecord => {
  const units = record.units.some((old) => old.id === unit.id)
    ? record.units.map((old) => (old.id === unit.id ? unit : old))
    : [...record.units, unit]
  return { ...record, units }
}

export const withoutUnit = (record: LayerRecord, id: string): LayerRecord => ({
  ...record,
  units: record.units.filter((unit) => unit.id !== id),
})

/** All layer records, kept in Secrets and in memory. */
export class RecordStore {
  readonly #store: ContentStore
  readonly #records = new Map<string, LayerRecord>()
  readonly #listeners = new Set<() => void>()

  private constructor(store: ContentStore) {
    this.#store = store
  }

  static async open(store: ContentStore): Promise<RecordStore> {
    const records = new RecordStore(store)
    for (const key of await store.keys()) {
      const content = await store.get(key)
      if (!content) continue
      const record = JSON.parse(content.toString('utf8')) as LayerRecord
      records.#records.set(record.id, record)
    }
    return records
  }

  get(id: string): LayerRecord | undefined {
    return this.#records.get(id)
  }

  all(): LayerRecord[] {
    return [...this.#records.values()].sort((a, b) => a.order - b.order)
  }

  async save(record: LayerRecord): Promise<void> {
    await this.#store.put(record.id, Buffer.from(JSON.stringify(record)))
    this.#records.set(record.id, record)
    this.#changed()
  }

  async delete(id: string): Promise<void> {
    await this.#store.delete(id)
    this.#records.delete(id)
    this.#changed()
  }

  /** Calls back after every change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The layer other than `exceptLayer` that declares an object of this identity. */
  ownerOf(object: KubeObject, exceptLayer: string): LayerRecord | undefined {
    const key = keyOf(refOf(object))
    return this.all().find(
      (record) => record.id !== exceptLayer && objectsOf(record).some((one) => keyOf(refOf(one.object)) === key),
    )
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
