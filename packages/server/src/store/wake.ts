import type { Clock } from '@atrium/runtime/base/clock.ts'

/** A bell that remembers one ring: who waits next returns at once. */
export class Wake {
  #rung = false
  #waiting = new Set<() => void>()

  ring(): void {
    this.#rung = true
    for (const wake of this.#waiting) wake()
  }

  /** Returns after a ring, after `timeoutMs`, or when `signal` aborts; takes the ring with it. */
  async wait(clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) await this.#sleep(clock, timeoutMs, signal)
    this.#rung = false
  }

  #sleep(clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel()
        this.#waiting.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const cancel = clock.after(timeoutMs, finish)
      this.#waiting.add(finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }
}
