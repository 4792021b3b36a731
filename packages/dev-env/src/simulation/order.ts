import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Report } from './problems.ts'

interface Position {
  epoch: number
  generation: number
}

/** Checker: desired states are ordered, and neither the plane nor an agent goes back to an older one. */
export class OrderChecker {
  readonly #report: Report
  readonly #made = new Map<string, Position & { digest: string }>()
  readonly #digests = new Map<string, string>()
  readonly #taken = new Map<string, Position>()
  readonly #applied = new Map<string, Position>()
  readonly #shown = new Map<string, Position>()

  constructor(report: Report) {
    this.#report = report
  }

  /** What the plane says of a cluster after a change. */
  seen(cluster: StoredObject<'Cluster'>): void {
    const { uid } = cluster.meta
    const { desired, applied } = cluster.status
    if (desired && !sameJson(desired, this.#made.get(uid))) this.#advance(this.#made, uid, desired, 'the plane made')
    if (desired) this.#checkContent(uid, desired)
    if (applied && !sameJson(applied, this.#shown.get(uid)))
      this.#advance(this.#shown, uid, applied, 'the plane shows as applied')
  }

  /** What an agent enforces from now on. */
  taken(uid: string, position: Position): void {
    this.#advance(this.#taken, uid, position, 'the agent took')
  }

  applied(uid: string, position: Position): void {
    this.#advance(this.#applied, uid, position, 'the agent applied')
  }

  #advance<P extends Position>(positions: Map<string, P>, uid: string, next: P, what: string): void {
    const before = positions.get(uid)
    const isOlder =
      before && (next.epoch < before.epoch || (next.epoch === before.epoch && next.generation <= before.generation))
    if (isOlder) this.#report('order', `${what} ${textOf(next)} of ${uid} after ${textOf(before)}`)
    positions.set(uid, next)
  }

  /** Two states of one number: nobody could tell which is newer. */
  #checkContent(uid: string, desired: Position & { digest: string }): void {
    const key = `${uid}/${textOf(desired)}`
    const known = this.#digests.get(key)
    if (known !== undefined && known !== desired.digest) this.#report('order', `two desired states are called ${key}`)
    this.#digests.set(key, desired.digest)
  }
}

const textOf = ({ epoch, generation }: Position): string => `${epoch}.${generation}`
