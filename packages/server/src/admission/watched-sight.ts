import type { ChangeEvent, Store } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../auth/rights/subject.ts'
import { type Guarded, sees } from './authorize.ts'
import { isGivenByTags } from './resources.ts'
import { placeOf, Sight } from './sight.ts'

/** Of objects whose labels one stream looked up; then it begins anew. */
const KNOWN_MAX = 10_000

/**
 * What one stream may tell. Events carry no labels: those of an object are looked up for subjects whose rights depend on them, and
 * kept until it changes them or rights are resolved again, for an owner's labels change without an event of the owned.
 */
export class WatchedSight {
  readonly #store: Store
  #subject: Subject | null = null
  #known = new Map<string, boolean>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The event as the subject is told it, or null. */
  async of(subject: Subject, event: ChangeEvent): Promise<ChangeEvent | null> {
    const { kind, uid, project, tenant, formerLabels } = event
    const place = { tenant, uid, project: kind === 'Project' ? uid : project }
    if (sees(withoutTags(subject), kind, { ...place, labels: {} })) return event
    if (subject.grants.tagged.length === 0 || !isGivenByTags(kind)) return null
    if (event.type === 'deleted') return sees(subject, kind, { ...place, labels: formerLabels ?? {} }) ? event : null
    if (await this.#isSeen(subject, event, place)) return event
    const left = formerLabels && sees(subject, kind, { ...place, labels: formerLabels })
    return left ? { ...event, type: 'deleted' } : null
  }

  async #isSeen(
    subject: Subject,
    { kind, uid, formerLabels }: ChangeEvent,
    place: Omit<Guarded, 'labels'>,
  ): Promise<boolean> {
    if (subject !== this.#subject || this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#subject = subject
    const known = formerLabels ? undefined : this.#known.get(uid)
    if (known !== undefined) return known
    const isSeen = await this.#store.transaction(place.tenant, subject.actor, async (tx) => {
      const { items } = await tx.listBrief(kind, { where: { uid }, limit: 1 })
      return items[0] !== undefined && new Sight(tx, subject).sees(placeOf(items[0]))
    })
    this.#known.set(uid, isSeen)
    return isSeen
  }
}

/** The subject as far as whole scopes and single workspaces give rights, which are nearly everybody's. */
const withoutTags = (subject: Subject): Subject =>
  subject.grants.tagged.length === 0 ? subject : { ...subject, grants: { ...subject.grants, tagged: [] } }
