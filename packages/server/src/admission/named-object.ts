import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { NamedObject } from '../auth/rights/subject.ts'

/**
 * The version of an object that clients see. It rises with what people and clients change and never goes back; what agents and
 * controllers report leaves it as it is, or nobody could change a cluster that reports every few seconds.
 */
const etagOf = ({ meta }: StoredObject): string => `"${Date.parse(meta.modifiedAt).toString(36)}"`

/** The header `If-Match`: any version of the object, or one of these. */
export type IfMatch = 'any' | ReadonlySet<string>

/** Holds a request to the version of the object that its path names. */
export class NamedVersion implements NamedObject {
  readonly #uid: string | null
  readonly #ifMatch: IfMatch | null
  /** Set once a transaction that judged has ended well: what follows changes what the request has changed itself. */
  #isSettled = false
  #etag: string | null = null

  /** `uid` null = the path names none. */
  constructor(uid: string | null, ifMatch: IfMatch | null) {
    this.#uid = uid
    this.#ifMatch = ifMatch
  }

  get asks(): boolean {
    return this.#ifMatch !== null
  }

  /** Of the object as it was last read or written; null = the request met none. */
  get etag(): string | null {
    return this.#etag
  }

  met(object: StoredObject): void {
    if (this.#isNamed(object)) this.#etag = etagOf(object)
  }

  isMet(object: StoredObject): boolean {
    if (!this.#isNamed(object)) return false
    const present = etagOf(object)
    if (this.#isSettled || this.#ifMatch === null || this.#ifMatch === 'any' || this.#ifMatch.has(present)) return true
    throw new AtriumError(
      'PreconditionFailed',
      `If-Match: ${object.kind} '${object.meta.name}' has changed since that version was read. Read it again, and repeat the change.`,
      { details: { field: 'If-Match', etag: present } },
    )
  }

  mustBeJudged(wasJudged: boolean): void {
    if (this.#ifMatch === null || this.#isSettled || wasJudged) return
    throw new AtriumError(
      'InvalidRequest',
      'If-Match: what this operation changes has no version to be compared. Send it without the header.',
      { details: { field: 'If-Match' } },
    )
  }

  settle(): void {
    this.#isSettled = true
  }

  /** Infrastructure is shown under a uid of its own, and is a part of its cluster. */
  #isNamed({ kind, meta, spec }: StoredObject): boolean {
    return this.#uid === meta.uid || (kind === 'Cluster' && this.#uid === Reflect.get(spec, 'cloudConfigUid'))
  }
}
