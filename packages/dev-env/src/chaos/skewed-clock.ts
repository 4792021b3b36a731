import type { Clock } from '@atrium/runtime/base/clock.ts'

/** A clock that is wrong by `offsetMs`; durations last as long on it. */
export const skewedClock = (clock: Clock, offsetMs: number): Clock => ({
  now: () => clock.now() + offsetMs,
  elapsed: () => clock.elapsed(),
  after: (delayMs, task) => clock.after(delayMs, task),
  sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
})
