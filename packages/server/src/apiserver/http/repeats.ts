import { createHash } from 'node:crypto'
import type { ErrorCode } from '@atrium/api/errors.ts'
import type { Operation } from '@atrium/api/operations/table.ts'
import { type Clock, isoIn } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { putRecent } from '@atrium/runtime/base/recent.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Subject } from '../../auth/rights/subject.ts'
import { invalid } from '../invalid.ts'
import { successOf } from './table.ts'

/**
 * Without a key. A client that lost an answer waits two seconds before it asks again; what comes sooner is another wish. At the end
 * a lost connection has been noticed, and a server that went away is back.
 */
const likeness = { leastMs: 1_000, mostMs: 10 * 60_000 }
/** A client that sends a key says itself what is the same wish. */
const keyed = { leastMs: 0, mostMs: 24 * 3_600_000 }
export const keyHeader = 'Idempotency-Key'
const keyForm = /^[\x21-\x7e]{1,255}$/
const keyMark = 'key:'
const rememberedMost = 1_000
/** How something is in its own way: it has the name, or the last free place. */
const inTheWay: readonly string[] = ['DuplicateName', 'ResourceLimitReached'] satisfies ErrorCode[]

/** What is made anew each time, and told by its uid alone. */
const creates = (operation: Operation): boolean => {
  const { status, schema } = successOf(operation)
  return operation.method === 'POST' && status === 201 && schema?.$ref === 'v1Uid'
}

/**
 * Creations whose answer was lost: the same request of the same caller, sent again, finds its own object in the way. It is told
 * that object's uid, as it would have been, since it cannot go on otherwise (`docs/decisions/2026-11-26-lost-answers.md`).
 * Whoever has asked for the object by its uid has had the answer: the next one of that name is a second one, and refused.
 */
export class Repeats {
  readonly #clock: Clock
  readonly #identity: Pick<Identity, 'creationOf'>
  readonly #operations = new WeakMap<Operation, boolean>()
  /** Uids that were made here lately, the oldest first: by whom, and whether they know. */
  readonly #made = new Map<string, { by: string; isKnown: boolean }>()

  constructor(clock: Clock, identity: Pick<Identity, 'creationOf'>) {
    this.#clock = clock
    this.#identity = identity
  }

  /** The subject, with what tells this request again when it makes something. */
  marked(
    operation: Operation,
    subject: Subject,
    request: { params: object; project: string | null; body: unknown; key: string | undefined },
  ): Subject {
    if (!this.#creates(operation)) return subject
    const key = request.key || null
    if (key !== null && !keyForm.test(key)) throw invalid(keyHeader, 'has to be 1 to 255 printable characters of ASCII')
    const body = Buffer.isBuffer(request.body) ? request.body.toString('base64') : request.body
    const told = JSON.stringify([operation.id, subject.actor.uid, request.params, request.project, body, key])
    const hash = createHash('sha256').update(told).digest('base64url')
    return { ...subject, actor: { ...subject.actor, request: key === null ? hash : `${keyMark}${hash}` } }
  }

  /** The request was carried out, about these uids in its path. */
  done(operation: Operation, { actor }: Subject, params: Record<string, string>, result: unknown): void {
    for (const uid of Object.values(params)) {
      const made = this.#made.get(uid)
      if (made?.by === actor.uid) made.isKnown = true
    }
    if (!this.#creates(operation)) return
    const uid = String(Reflect.get(Object(result), 'uid'))
    putRecent(this.#made, uid, { by: actor.uid, isKnown: false }, rememberedMost)
  }

  /** What the same request has made before, when that is why it fails now; throws `error` otherwise. */
  async answerTo(error: unknown, { tenant, actor }: Subject): Promise<{ uid: string }> {
    if (!(error instanceof AtriumError) || !inTheWay.includes(error.code) || actor.request === undefined) throw error
    const isKeyed = actor.request.startsWith(keyMark)
    const { leastMs, mostMs } = isKeyed ? keyed : likeness
    const uid = await this.#identity.creationOf(tenant, actor.request, {
      since: isoIn(this.#clock, -mostMs),
      until: isoIn(this.#clock, -leastMs),
    })
    if (uid === null || (!isKeyed && this.#made.get(uid)?.isKnown)) throw error
    return { uid }
  }

  #creates(operation: Operation): boolean {
    const known = this.#operations.get(operation) ?? creates(operation)
    this.#operations.set(operation, known)
    return known
  }
}
