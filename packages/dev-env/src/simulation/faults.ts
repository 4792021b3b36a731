import type { Random } from '@atrium/runtime/base/random.ts'

/** Chances from 0 to 1, each per message or call unless it says otherwise, and what else may go wrong in one seed. */
export interface Faults {
  drop: number
  duplicate: number
  reorder: number
  /** A call of the store fails before it begins, or after it was committed. */
  storeFails: number
  /** A call of the store takes a while. */
  storeSlow: number
  /** The cloud refuses a call for its rate. */
  throttle: number
  /** How many steps a process lives at most; Infinity = it does not crash. */
  crashWithinSteps: number
  /** Mean time between disturbances of one kind (partition, clock, machine, cloud). */
  disturbEveryMs: number
  /** Observations of the cloud are this old. */
  visibilityDelayMs: number
  /** Clocks of processes are this wrong at most, either way. */
  skewMs: number
}

export const NO_FAULTS: Faults = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  storeFails: 0,
  storeSlow: 0,
  throttle: 0,
  crashWithinSteps: Number.POSITIVE_INFINITY,
  disturbEveryMs: Number.POSITIVE_INFINITY,
  visibilityDelayMs: 0,
  skewMs: 0,
}

/** What one seed has to live with. Each kind of fault is absent from some seeds, so that no fault hides another. */
export function drawFaults(random: Random): Faults {
  const upTo = (most: number): number => (random.fraction() < 0.3 ? 0 : most * random.fraction())
  return {
    drop: upTo(0.2),
    duplicate: upTo(0.2),
    reorder: upTo(0.2),
    storeFails: upTo(0.03),
    storeSlow: upTo(0.3),
    throttle: upTo(0.1),
    crashWithinSteps: random.fraction() < 0.2 ? Number.POSITIVE_INFINITY : 100 + 3000 * random.fraction(),
    disturbEveryMs: random.fraction() < 0.2 ? Number.POSITIVE_INFINITY : 10_000 + 60_000 * random.fraction(),
    visibilityDelayMs: random.fraction() < 0.6 ? 0 : 3000 * random.fraction(),
    skewMs: upTo(300_000),
  }
}
