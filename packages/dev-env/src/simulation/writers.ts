import type { Claim, Fence } from '@atrium/runtime/store/store.ts'
import type { Report } from './problems.ts'

/** Checker: at most one writer holds an object at a time, and only the newest one's writes are committed. */
export class WriterChecker {
  readonly #report: Report
  readonly #now: () => number
  readonly #held = new Map<string, { fence: number; untilMs: number }>()
  readonly #newest = new Map<string, number>()

  constructor(report: Report, now: () => number) {
    this.#report = report
    this.#now = now
  }

  claimed(claim: Claim, owner: string): void {
    const key = keyOf(claim)
    const holder = this.#held.get(key)
    const newest = this.#newest.get(key) ?? 0
    if (holder && holder.untilMs > this.#now())
      this.#report('writers', `${key} was given to ${owner} while fence ${holder.fence} still held it`)
    if (claim.fence <= newest) this.#report('writers', `${key} was given out with fence ${claim.fence} after ${newest}`)
    this.#held.set(key, { fence: claim.fence, untilMs: claim.leaseUntil })
    this.#newest.set(key, Math.max(newest, claim.fence))
  }

  renewed(claim: Claim, leaseMs: number): void {
    const holder = this.#held.get(keyOf(claim))
    if (holder?.fence !== claim.fence)
      return this.#report('writers', `${keyOf(claim)}: fence ${claim.fence} was renewed and holds nothing`)
    holder.untilMs = this.#now() + leaseMs
  }

  finished(claim: Claim): void {
    if (this.#held.get(keyOf(claim))?.fence === claim.fence) this.#held.delete(keyOf(claim))
  }

  /** Inside the transaction, as its last word. */
  wrote(fence: Fence): void {
    const newest = this.#newest.get(keyOf(fence))
    if (newest !== fence.fence)
      this.#report('writers', `${keyOf(fence)} was written under fence ${fence.fence} after ${newest} was given out`)
  }
}

const keyOf = ({ kind, uid }: { kind: string; uid: string }): string => `${kind} ${uid}`
