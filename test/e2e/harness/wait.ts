import { inspect } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'

const LOOK_MS = 150

/** What a condition saw: `done` ends the wait, `seen` is told when the limit ends it first. */
export interface Look<T> {
  done: T | null | undefined | false
  seen: unknown
}

/**
 * Looks at the world until it is as it should be and answers what `look` answered then. The limit only ends a test that
 * hangs, counted from the call or, asked at each look, from `sinceMs`; the error shows what was seen last. An error of
 * `look` itself ends the wait: whoever expects errors catches them.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<Look<T>> | Look<T>,
  limitMs = 60_000,
  sinceMs: () => number = constantly(systemClock.now()),
): Promise<T> {
  for (;;) {
    const { done, seen } = await look()
    if (done !== null && done !== undefined && done !== false) return done
    if (systemClock.now() > sinceMs() + limitMs)
      throw new Error(
        `not within ${limitMs / 1000} s: ${what}\nlast seen: ${inspect(seen, { depth: 8, breakLength: 140 })}`,
      )
    await systemClock.sleep(LOOK_MS)
  }
}

function constantly(value: number): () => number {
  return () => value
}
