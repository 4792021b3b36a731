/** Time as an injected capability, so that a seeded simulation can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds since a moment that stays the same: for durations, which last as long also when the clock is set. */
  elapsed(): number
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void
  /** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** RFC 3339 text of the clock's present moment. */
export const isoNow = (clock: Clock): string => isoIn(clock, 0)

/** RFC 3339 text of the moment in `ms`; less than 0 = before now. */
export const isoIn = (clock: Clock, ms: number): string => new Date(clock.now() + ms).toISOString()

/** The machine's own clock: the one place that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
  sleep: (delayMs, signal) => sleepBy(systemClock, delayMs, signal),
}

/** `sleep` in terms of `after`. */
export const sleepBy = (clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = (): void => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(delayMs, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
