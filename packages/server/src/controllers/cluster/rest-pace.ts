import type { Clock } from '@atrium/runtime/base/clock.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'

export interface PaceTiming {
  /** A cluster at rest is looked at no sooner than this. */
  observeMs: number
  /** And no later than this, however many there are. */
  observeMaxMs: number
  /** Looks at clusters at rest that one server takes on, of all of them together. */
  looksPerSecond: number
}

/**
 * Gives clusters at rest their next look, one after the other on one line of time: few are looked at every `observeMs`,
 * many as often as a server has looks for, so that what ten thousand cost at rest is what a few hundred do. What
 * happens in between is told by agents, and by whoever changes a cluster.
 */
export class RestPace {
  readonly #timing: PaceTiming
  readonly #clock: Clock
  readonly #random: Random
  #lastAtMs = 0

  constructor(timing: PaceTiming, clock: Clock, random: Random) {
    this.#timing = timing
    this.#clock = clock
    this.#random = random
  }

  /** How long from now the next look is. */
  nextMs(): number {
    const { observeMs, observeMaxMs, looksPerSecond } = this.#timing
    const now = this.#clock.elapsed()
    const atMs = Math.max(now + observeMs, this.#lastAtMs + 1_000 / looksPerSecond)
    const delayMs = atMs - now
    // The line is full, by a burst of changes or by more clusters than it was made for.
    if (delayMs > observeMaxMs) return withJitter(observeMaxMs * 0.8, 0.2, this.#random)
    this.#lastAtMs = atMs
    return delayMs
  }
}
