import type { Clock } from '@atrium/runtime/base/clock.ts'

/**
 * Makes requests at a constant rate, whether or not those before were answered. Answers how long each took, in milliseconds
 * from the moment it was due: what it waited because the loop or the server was late is part of it (no coordinated omission).
 */
export const openLoop = async (
  clock: Clock,
  { perSecond, seconds }: { perSecond: number; seconds: number },
  request: (index: number) => Promise<void>,
): Promise<number[]> => {
  const beganMs = clock.elapsed()
  const dueMs = (index: number): number => beganMs + (index * 1000) / perSecond
  const take = async (index: number): Promise<number> => {
    await request(index)
    return clock.elapsed() - dueMs(index)
  }
  const taken: Promise<number>[] = []
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const waitMs = dueMs(index) - clock.elapsed()
    if (waitMs > 0) await clock.sleep(waitMs)
    taken.push(take(index))
  }
  return Promise.all(taken)
}
