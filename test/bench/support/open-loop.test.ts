import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { openLoop } from './open-loop.ts'

const rate = { perSecond: 10, seconds: 1 }

test('requests begin at a constant rate, whether or not those before were answered', async () => {
  const clock = new ManualClock()
  const beganMs = clock.elapsed()
  const at: number[] = []
  const done = openLoop(clock, rate, (index) => {
    at.push(clock.elapsed() - beganMs)
    return clock.sleep(index === 0 ? 5_000 : 10)
  })
  await clock.advance(6_000)
  expect(at).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  expect(await done).toEqual([5_000, ...Array.from({ length: 9 }, () => 10)])
})

test('a request that starts late counts from when it was due', async () => {
  const clock = new ManualClock()
  // The loop is held up for half a second in the first request: nothing else could start meanwhile.
  const late: number[] = []
  const slow = { ...clock, elapsed: () => clock.elapsed(), after: clock.after.bind(clock), now: () => clock.now() }
  const held = { ...slow, sleep: (ms: number) => clock.sleep(late.length === 1 ? ms + 500 : ms) }
  const done = openLoop(held, { perSecond: 10, seconds: 0.4 }, async (index) => void late.push(index))
  await clock.advance(2_000)
  expect(await done).toEqual([0, 500, 400, 300])
})
