import { type KindName, kinds } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { BriefObject, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../auth/rights/subject.ts'
import { type Guarded, sees } from './authorize.ts'

type Labels = Record<string, string>

/** What rights look at of an object, there or about to be. */
export interface Place {
  kind: KindName
  uid: string
  project: string | null
  labels?: Labels | undefined
  owner?: ObjectRef | null | undefined
}

export const placeOf = ({
  kind,
  meta: { uid, project, labels, owner },
}: Pick<StoredObject, 'kind' | 'meta'>): Place => ({
  ...{ kind, uid, project, labels, owner },
})

/** A place with the labels that stand for it, its owner's where those do. */
export async function guardedOf(tx: Tx, { kind, uid, project, labels = {}, owner }: Place): Promise<Guarded> {
  const standing = kinds[kind].taggedBy === 'owner' ? await labelsAt(tx, owner) : labels
  return { tenant: tx.tenant, uid, project: kind === 'Project' ? uid : project, labels: standing }
}

async function labelsAt(tx: Tx, ref: ObjectRef | null | undefined): Promise<Labels> {
  if (!ref) return {}
  const { items } = await tx.listBrief(ref.kind as KindName, { where: { uid: ref.uid }, limit: 1 })
  return items[0]?.meta.labels ?? {}
}

/** What one subject sees. It reads labels beside the objects themselves for those only to whom they may matter. */
export class Sight {
  readonly #tx: Tx
  readonly #subject: Subject

  constructor(tx: Tx, subject: Subject) {
    this.#tx = tx
    this.#subject = subject
  }

  async guarded(place: Place): Promise<Guarded> {
    return guardedOf(this.#tx, this.#isNarrowed ? place : { ...place, owner: null })
  }

  async sees(place: Place): Promise<boolean> {
    return sees(this.#subject, place.kind, await this.guarded(place))
  }

  /** Those of `all` that the subject may read. `at` tells where each is; labels are looked up. */
  async seenOf<T>(all: readonly T[], at: (one: T) => ObjectRef & { project: string | null }): Promise<T[]> {
    const places = all.map((one): Place => ({ ...at(one), kind: at(one).kind as KindName }))
    const known = this.#isNarrowed ? await this.#find(places) : null
    const seen: T[] = []
    for (const [index, place] of places.entries()) {
      const found = known?.get(place.uid)
      if (await this.sees(found ? placeOf(found) : place)) seen.push(all[index] as T)
    }
    return seen
  }

  /** Whether tags decide anything for the subject. */
  get #isNarrowed(): boolean {
    return this.#subject.grants.tagged.length > 0
  }

  async #find(refs: readonly Pick<Place, 'kind' | 'uid'>[]): Promise<Map<string, BriefObject>> {
    const found = new Map<string, BriefObject>()
    for (const [kind, group] of Map.groupBy(refs, (ref) => ref.kind)) {
      // Tags give nothing on projects, which are listed whole only.
      if (kind === 'Project') continue
      const { items } = await this.#tx.listBrief(kind, { where: { uid: group.map(({ uid }) => uid) } })
      for (const item of items) found.set(item.meta.uid, item)
    }
    return found
  }
}
