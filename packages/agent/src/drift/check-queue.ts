import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

/** How a check ended: look again after `againAfterMs`, or (0) wait for the next event. */
export interface CheckResult {
  againAfterMs: number
}

export interface CheckQueueOptions {
  clock: Clock
  logger: Logger
  concurrency: number
  check(key: string): Promise<CheckResult>
  /** A check keeps failing: called once in a row of failures. */
  onFailing(key: string, error: unknown): void
}

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000
/** In a row, over eight seconds: a server that just starts refuses for less. */
const TELLING_FAILURES = 5

/**
 * Keys to look at: each waits at most once, runs at most once at a time, and runs again when it was added while it ran.
 * A check that throws is repeated with growing delay.
 */
export class CheckQueue {
  readonly #options: CheckQueueOptions
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  readonly #dirty = new Set<string>()
  readonly #timers = new Map<string, () => void>()
  readonly #failures = new Map<string, number>()
  #stopped = false
  #idle: (() => void)[] = []

  constructor(options: CheckQueueOptions) {
    this.#options = options
  }

  add(key: string): void {
    if (this.#stopped) return
    this.#timers.get(key)?.()
    this.#timers.delete(key)
    if (this.#running.has(key)) this.#dirty.add(key)
    else this.#waiting.add(key)
    this.#pump()
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#stopped || this.#waiting.has(key)) return
    this.#timers.get(key)?.()
    this.#timers.set(
      key,
      this.#options.clock.after(delayMs, () => this.add(key)),
    )
  }

  /** Waits for running checks. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.clear()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return
      this.#waiting.delete(key)
      this.#running.add(key)
      void this.#run(key)
    }
  }

  async #run(key: string): Promise<void> {
    const againAfterMs = await this.#check(key)
    this.#running.delete(key)
    if (this.#dirty.delete(key)) this.add(key)
    else if (againAfterMs > 0) this.addAfter(key, againAfterMs)
    if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    this.#pump()
  }

  async #check(key: string): Promise<number> {
    try {
      const { againAfterMs } = await this.#options.check(key)
      this.#failures.delete(key)
      return againAfterMs
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0
      this.#failures.set(key, failures + 1)
      const isTold = failures + 1 === TELLING_FAILURES
      this.#options.logger[isTold ? 'warn' : 'debug']({ key, failures, error: messageOf(error) }, 'check failed')
      if (isTold) this.#options.onFailing(key, error)
      return Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
    }
  }
}
