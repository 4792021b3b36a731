import type { Clock } from './clock.ts'
import { putRecent } from './recent.ts'

export interface RateLimit {
  burst: number
  perSecond: number
}

const MAX_KEYS = 10_000

/** A token bucket per key (an address, a tenant), bounded in number: the key longest unused is forgotten first. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>()

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** False when the key has used up its share for now. */
  take(key: string): boolean {
    return this.reserve(key, 0) !== null
  }

  /** How long (ms) the key waits for its turn, which is taken by that; null when that were longer than `mostMs`. */
  reserve(key: string, mostMs: number): number | null {
    const tokens = this.#tokens(key)
    const waitMs = tokens >= 1 ? 0 : ((1 - tokens) / this.#limit.perSecond) * 1000
    const allowed = waitMs <= mostMs
    putRecent(this.#buckets, key, { tokens: allowed ? tokens - 1 : tokens, atMs: this.#clock.elapsed() }, MAX_KEYS)
    return allowed ? waitMs : null
  }

  /** Whether the next `take` would be refused. */
  isSpent(key: string): boolean {
    return this.#tokens(key) < 1
  }

  /** What was taken turned out to be in order: it counts no longer. */
  giveBack(key: string): void {
    const found = this.#buckets.get(key)
    if (found) found.tokens = Math.min(this.#limit.burst, found.tokens + 1)
  }

  #tokens(key: string): number {
    const found = this.#buckets.get(key)
    if (!found) return this.#limit.burst
    const elapsedSeconds = (this.#clock.elapsed() - found.atMs) / 1000
    return Math.min(this.#limit.burst, found.tokens + elapsedSeconds * this.#limit.perSecond)
  }
}
