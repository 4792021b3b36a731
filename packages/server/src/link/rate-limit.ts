import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface RateLimit {
  burst: number
  perSecond: number
}

const MAX_KEYS = 10_000

/** A token bucket per key (an address), bounded in number: the key longest unused is forgotten first. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>()

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /** False when the key has used up its share for now. */
  take(key: string): boolean {
    const now = this.#clock.now()
    const found = this.#buckets.get(key) ?? { tokens: this.#limit.burst, atMs: now }
    const elapsedSeconds = Math.max(0, now - found.atMs) / 1000
    const tokens = Math.min(this.#limit.burst, found.tokens + elapsedSeconds * this.#limit.perSecond)
    const allowed = tokens >= 1
    // Inserting anew moves the key to the end: the map's order is the order of use.
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, atMs: now })
    this.#forget()
    return allowed
  }

  /** What was taken turned out to be in order: it counts no longer. */
  giveBack(key: string): void {
    const found = this.#buckets.get(key)
    if (found) found.tokens = Math.min(this.#limit.burst, found.tokens + 1)
  }

  #forget(): void {
    const oldest = this.#buckets.size > MAX_KEYS ? this.#buckets.keys().next().value : undefined
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
