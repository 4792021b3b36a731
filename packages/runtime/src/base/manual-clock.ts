import { type Clock, sleepBy } from './clock.ts'

interface Timer {
  due: number
  order: number
  task: () => void
}

/** Lets everything that is ready to run do so: promise callbacks, then one turn of the event loop. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A clock that moves only when told to: for tests and the simulation. */
export class ManualClock implements Clock {
  #now: number
  #offset = 0
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs
  }

  now(): number {
    return this.#now + this.#offset
  }

  elapsed(): number {
    return this.#now
  }

  /** Somebody sets the clock forth or back by `ms`: timers do not notice. */
  set(ms: number): void {
    this.#offset += ms
  }

  after(delayMs: number, task: () => void): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, delayMs), order: this.#order++, task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal)
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves on by `ms`; fires what falls due in order, letting the code react between two moments. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.due)
      timer.task()
      await settle()
    }
    this.#now = end
  }

  /** Moves from timer to timer until `reached` holds; throws when `limitMs` of clock time was not enough. */
  async advanceUntil(reached: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
    const end = this.#now + limitMs
    await settle()
    while (!(await reached())) {
      const timer = this.#next(end)
      if (!timer) throw new Error(`not reached after ${limitMs} ms of clock time: ${reached.toString()}`)
      await this.advance(Math.max(0, timer.due - this.#now))
    }
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due > end) continue
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer
    }
    return first
  }
}
