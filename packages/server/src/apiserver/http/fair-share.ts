import type { Clock } from '@atrium/runtime/base/clock.ts'
import { tooMany } from './rate-limits.ts'

export interface FairShareLimits {
  /** Requests that run at a time, of all tenants; each tenant that is present gets the same part. */
  atOnce: number
  /** How long a tenant counts as present after its last request: its part is free when the next one comes. */
  presentMs: number
  /** A request that takes longer waits for something else than this server, and no longer counts. */
  holdMs: number
  /** Requests of one tenant that may wait. */
  waiting: number
}

/** Long enough that a line has become shorter; clients that read no `Retry-After` wait as long. */
const waitedSeconds = 2

interface Share {
  running: number
  waiting: (() => void)[]
  /** When a request of it last came or ended. */
  seenAtMs: number
}

/**
 * Divides this server between tenants: one that asks more than its part waits for itself, and those who ask little are
 * served next. Without it a flood would stand before everybody in the one queue that the event loop is.
 */
export class FairShare {
  readonly #clock: Clock
  readonly #limits: FairShareLimits
  /** Of those who are present; whoever was served longest ago comes first. */
  readonly #shares = new Map<string, Share>()
  #running = 0

  constructor(clock: Clock, limits: FairShareLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Resolves when it is the request's turn, to what tells that it has ended. Throws `TooManyRequests` when too many wait. */
  async enter(tenant: string): Promise<() => void> {
    const share = this.#shares.get(tenant) ?? { running: 0, waiting: [], seenAtMs: 0 }
    this.#shares.set(tenant, share)
    share.seenAtMs = this.#clock.elapsed()
    if (share.waiting.length >= this.#limits.waiting)
      throw tooMany('Too many requests of this tenant wait already: send fewer at a time.', waitedSeconds)
    const turn = new Promise<void>((resolve) => share.waiting.push(resolve))
    this.#serve()
    await turn
    return this.#hold(share)
  }

  /** It ends by itself, or after `holdMs`; once. */
  #hold(share: Share): () => void {
    let cancel = (): void => undefined
    let held = true
    const leave = (): void => {
      if (!held) return
      held = false
      cancel()
      share.running -= 1
      this.#running -= 1
      share.seenAtMs = this.#clock.elapsed()
      this.#serve()
    }
    cancel = this.#clock.after(this.#limits.holdMs, leave)
    return leave
  }

  #serve(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const [tenant, share] = next
      share.running += 1
      this.#running += 1
      this.#shares.delete(tenant)
      this.#shares.set(tenant, share)
      share.waiting.shift()?.()
    }
  }

  /** Whose turn it is; null when there is no room, or nobody waits who has not its part. */
  #next(): [string, Share] | null {
    if (this.#running >= this.#limits.atOnce) return null
    this.#forget()
    const part = Math.max(1, Math.floor(this.#limits.atOnce / this.#shares.size))
    for (const entry of this.#shares) if (entry[1].waiting.length > 0 && entry[1].running < part) return entry
    return null
  }

  #forget(): void {
    const longAgoMs = this.#clock.elapsed() - this.#limits.presentMs
    for (const [tenant, { running, waiting, seenAtMs }] of this.#shares)
      if (running === 0 && waiting.length === 0 && seenAtMs < longAgoMs) this.#shares.delete(tenant)
  }
}
