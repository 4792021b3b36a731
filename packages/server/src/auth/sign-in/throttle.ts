import type { Clock } from '@atrium/runtime/base/clock.ts'
import { putRecent } from '@atrium/runtime/base/recent.ts'

interface Failures {
  count: number
  /** Until when further tries are refused. */
  blockedUntil: number
  lastAt: number
}

/** How long to refuse after so many failures in a row: nothing within the free ones, then double for each, from 1 s to 15 min. */
export function blockMs(failures: number, freeFailures: number): number {
  const excess = failures - freeFailures
  return excess < 0 ? 0 : Math.min(firstBlockMs * 2 ** excess, longestBlockMs)
}

const firstBlockMs = 1_000
const longestBlockMs = 15 * 60_000
const forgetAfterMs = 60 * 60_000
const maxEntries = 20_000

/**
 * Slows down guessing: after `freeFailures` of one key (an e-mail, an address) each further one doubles the wait, from
 * 1 s to 15 min. Kept in this process: several servers multiply the number of free tries, not the growth.
 */
export class Throttle {
  readonly #clock: Clock
  readonly #freeFailures: number
  readonly #failures = new Map<string, Failures>()

  constructor(clock: Clock, freeFailures: number) {
    this.#clock = clock
    this.#freeFailures = freeFailures
  }

  /** How long the key is still blocked; 0 = it is not. */
  waitMs(key: string): number {
    return Math.max(0, (this.#failures.get(key)?.blockedUntil ?? 0) - this.#clock.now())
  }

  fail(key: string): void {
    const now = this.#clock.now()
    const known = this.#failures.get(key)
    const count = known && now - known.lastAt < forgetAfterMs ? known.count + 1 : 1
    const blockedUntil = now + blockMs(count, this.#freeFailures)
    putRecent(this.#failures, key, { count, blockedUntil, lastAt: now }, maxEntries)
  }

  succeed(key: string): void {
    this.#failures.delete(key)
  }
}
