import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { desiredContentKey } from '@atrium/api/link/layer-content.ts'
import { type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { ReadinessCheck } from '@atrium/pack/format/readiness.ts'
import { sha256 } from '../names.ts'
import type { ContentStore } from '../storage/cluster-store.ts'
import type { ReleaseName } from './helm.ts'
import { heldObjects, keyed } from './units.ts'

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
  /** `chart:<namespace>/<release>`, `definitions:<release>`, `manifest:<path>` or `namespaces`. */
  id: string
  /** Only for charts. */
  release?: { name: string; namespace: string; revision: number }
  objects: DeclaredObject[]
  /** What it made before, or was about to make when it was cut off: goes once the layer is in place, or with it. */
  leftovers?: DeclaredObject[]
  /** Objects of a release's hooks, and definitions of charts within its chart, name and kind alone: helm leaves them behind. */
  hooks?: DeclaredObject[]
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
export const layerKey = (layer: DesiredLayer): string => sha256(desiredContentKey(layer))

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

/** A release is itself only together with its namespace: the same name elsewhere is another one. */
export const chartUnitId = (release: ReleaseName): string => `chart:${release.namespace}/${release.name}`

export const objectsOf = (record: LayerRecord): DeclaredObject[] => record.units.flatMap((unit) => unit.objects)

/** How people call a layer among those of other profiles. */
export const describeLayer = ({ id, name }: Pick<LayerRecord, 'id' | 'name'>): string =>
  id.endsWith(`/${name}`) ? `${name} of profile ${id.slice(0, -name.length - 1)}` : name

/** What must be there as declared: everything but units whose first installation never finished. */
export const enforcedUnits = (record: LayerRecord): UnitRecord[] => record.units.filter((unit) => !unit.incomplete)

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

/** Records of earlier agents named releases without their namespace. */
const named = (unit: UnitRecord): UnitRecord => (unit.release ? { ...unit, id: chartUnitId(unit.release) } : unit)

/** A part of a record that has something. */
export interface Holder {
  record: LayerRecord
  unit: UnitRecord
}

const partsOf = (records: readonly LayerRecord[]): Holder[] =>
  records.flatMap((record) => record.units.map((unit) => ({ record, unit })))

function holdersByObject(records: readonly LayerRecord[]): Map<string, Holder[]> {
  const found = new Map<string, Holder[]>()
  for (const holder of partsOf(records))
    for (const key of keyed(heldObjects(holder.unit)).keys()) {
      const holders = found.get(key) ?? []
      found.set(key, holders)
      holders.push(holder)
    }
  return found
}

/** All layer records, kept in Secrets and in memory. */
export class RecordStore {
  readonly #store: ContentStore
  readonly #records = new Map<string, LayerRecord>()
  readonly #listeners = new Set<() => void>()
  /** Who answers for each object; made anew when it is asked for after a change. */
  #holders: Map<string, Holder[]> | null = null

  private constructor(store: ContentStore) {
    this.#store = store
  }

  static async open(store: ContentStore): Promise<RecordStore> {
    const records = new RecordStore(store)
    for (const key of await store.keys()) {
      const content = await store.get(key)
      if (!content) continue
      const record = JSON.parse(content.toString('utf8')) as LayerRecord
      records.#records.set(record.id, { ...record, units: record.units.map(named) })
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

  /** The parts of layers other than `exceptLayer` that answer for this object. */
  holdersOf(object: KubeObject, exceptLayer: string): Holder[] {
    this.#holders ??= holdersByObject(this.all())
    return (this.#holders.get(keyOf(refOf(object))) ?? []).filter(({ record }) => record.id !== exceptLayer)
  }

  /** The part of a layer other than `exceptLayer` that is this release. */
  holderOfRelease(release: ReleaseName, exceptLayer: string): Holder | undefined {
    const id = chartUnitId(release)
    return partsOf(this.all()).find(({ record, unit }) => record.id !== exceptLayer && unit.id === id)
  }

  /** Everything that layers other than `exceptLayer` answer for. */
  heldByOthers(exceptLayer: string): DeclaredObject[] {
    return partsOf(this.all()).flatMap(({ record, unit }) => (record.id === exceptLayer ? [] : heldObjects(unit)))
  }

  #changed(): void {
    this.#holders = null
    for (const listener of this.#listeners) listener()
  }
}
