import { type KubeRef, type KubeType, keyOf, refOf } from '@atrium/kube/object.ts'
import { type DeclaredObject, enforcedUnits, type LayerRecord } from '../layers/records.ts'

/** An object that must be as declared, and the layer that declares it. */
export interface Guarded {
  key: string
  layerId: string
  layerName: string
  declared: DeclaredObject
}

/** A release that must be deployed in this revision. */
export interface GuardedRelease {
  key: string
  layerId: string
  layerName: string
  unitId: string
  name: string
  namespace: string
  revision: number
}

export const releaseKey = (namespace: string, name: string): string => `release/${namespace}/${name}`
export const isReleaseKey = (key: string): boolean => key.startsWith('release/')
const typeKey = (type: KubeType): string => `${type.apiVersion}/${type.kind}`

/** Everything the records say must be there, for quick look-ups. Immutable: made anew when records change. */
export class InventoryIndex {
  readonly objects = new Map<string, Guarded>()
  readonly releases = new Map<string, GuardedRelease>()
  /** Types to watch, each once per group and kind. */
  readonly types = new Map<string, KubeType>()

  constructor(records: readonly LayerRecord[]) {
    for (const record of records) for (const unit of enforcedUnits(record)) this.#addUnit(record, unit)
  }

  #addUnit(record: LayerRecord, unit: LayerRecord['units'][number]): void {
    const layer = { layerId: record.id, layerName: record.name }
    for (const declared of unit.objects) {
      const ref = refOf(declared.object)
      const key = keyOf(ref)
      this.objects.set(key, { ...layer, key, declared })
      this.#addType(ref)
    }
    if (!unit.release) return
    const { name, namespace, revision } = unit.release
    const key = releaseKey(namespace, name)
    this.releases.set(key, { ...layer, key, unitId: unit.id, name, namespace, revision })
  }

  #addType(ref: KubeRef): void {
    const { apiVersion, kind } = ref
    this.types.set(typeKey({ apiVersion, kind }), { apiVersion, kind })
  }

  keysOfType(type: KubeType): string[] {
    const wanted = typeKey(type)
    return [...this.objects.values()].flatMap((one) => (typeKey(one.declared.object) === wanted ? [one.key] : []))
  }

  keysInNamespace(namespace: string): string[] {
    return [...this.objects.values()].flatMap((one) =>
      one.declared.object.metadata.namespace === namespace ? [one.key] : [],
    )
  }
}
