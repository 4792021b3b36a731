import { ApiError, UnreachableError } from './error.ts'

/** Time and chance, handed in so that tests and simulations own them. */
export interface Capabilities {
  clock: { sleep(delayMs: number, signal?: AbortSignal): Promise<void> }
  random: { fraction(): number }
}

const attempts = 5
const firstDelayMs = 200
const longestDelayMs = 10_000
const overloaded = new Set([429, 502, 503, 504])

/** Worth another try: the server was not reached, or says that it cannot right now. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError ? overloaded.has(error.status) : error instanceof TypeError

/** Doubling delay, spread by half, so that many clients do not come back as one. */
export const delayMs = (attempt: number, random: Capabilities['random']): number =>
  Math.min(firstDelayMs * 2 ** attempt, longestDelayMs) * (0.5 + random.fraction() / 2)

/** Refused before anything was done. */
const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 429

/** What the server asks for, within reason. */
function toldDelayMs(error: unknown): number {
  const told: unknown = error instanceof ApiError ? Reflect.get(Object(error.details), 'retryAfterSeconds') : null
  return typeof told === 'number' ? Math.min(told * 1000, longestDelayMs) : 0
}

/** `mayRepeat`: what changes nothing when it is done twice; the rest is tried again only where nothing was done. */
export async function withRetries<T>(
  { clock, random }: Capabilities,
  mayRepeat: boolean,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const isWorthIt = mayRepeat ? isPassing(error) : isRefused(error)
      if (!isWorthIt || attempt + 1 >= attempts || signal?.aborted) throw error
      await clock.sleep(Math.max(delayMs(attempt, random), toldDelayMs(error)), signal)
    }
  }
}

/** Ends work that takes too long. What did not answer, or was not reached at all, is named. */
export async function withDeadline<T>(
  who: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // The machine's own clock: it bounds a real network, also where a test owns the clock of everything else.
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await work(signal ? AbortSignal.any([timeout, signal]) : timeout)
  } catch (error) {
    if (timeout.aborted && !signal?.aborted)
      throw new UnreachableError(`${who} did not answer within ${timeoutMs / 1000} s.`, { cause: error })
    // "fetch failed" says neither who nor why.
    if (error instanceof TypeError && error.cause instanceof Error)
      throw new UnreachableError(`${who} cannot be reached: ${error.cause.message}`, { cause: error })
    throw error
  }
}
