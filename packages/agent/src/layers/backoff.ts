/** How a layer fares while it cannot be installed. */
export interface Failure {
  /** Key of the attempt that failed: another key is tried at once. */
  key: string
  message: string
  attempts: number
  /** Milliseconds since the epoch. */
  retryAt: number
  /** RFC 3339 time of the first failure in a row. */
  since: string
}

const FIRST_MS = 2_000
const LONGEST_MS = 5 * 60_000
/** A failed upgrade that disturbed a serving release is not repeated lightly. */
const DISTURBING_FIRST_MS = 30_000
const DISTURBING_LONGEST_MS = 60 * 60_000

/** Time until the next try after `attempts` failures in a row. */
export const retryDelayMs = (attempts: number, disturbed: boolean): number => {
  const [first, longest, factor] = disturbed
    ? [DISTURBING_FIRST_MS, DISTURBING_LONGEST_MS, 4]
    : [FIRST_MS, LONGEST_MS, 2]
  return Math.min(first * factor ** (attempts - 1), longest)
}

export function nextFailure(
  former: Failure | undefined,
  attempt: { key: string; message: string; disturbed: boolean; now: number },
): Failure {
  const repeated = former?.key === attempt.key
  const attempts = repeated ? former.attempts + 1 : 1
  return {
    key: attempt.key,
    message: attempt.message,
    attempts,
    retryAt: attempt.now + retryDelayMs(attempts, attempt.disturbed),
    since: repeated ? former.since : new Date(attempt.now).toISOString(),
  }
}
