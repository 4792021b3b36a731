import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { Throttle } from './throttle.ts'

test('the wait doubles with each failure beyond the free ones, and success forgets', async () => {
  const clock = new ManualClock(0)
  const throttle = new Throttle(clock, 3)
  const waits: number[] = []
  for (let failure = 1; failure <= 6; failure += 1) {
    throttle.fail('ann')
    waits.push(throttle.waitMs('ann'))
  }
  expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000])
  expect(throttle.waitMs('bob')).toBe(0)
  await clock.advance(8_000)
  expect(throttle.waitMs('ann')).toBe(0)
  throttle.succeed('ann')
  throttle.fail('ann')
  expect(throttle.waitMs('ann')).toBe(0)
})

test('the wait never exceeds 15 minutes, and an hour without failures starts afresh', async () => {
  const clock = new ManualClock(0)
  const throttle = new Throttle(clock, 1)
  for (let failure = 0; failure < 40; failure += 1) throttle.fail('ann')
  expect(throttle.waitMs('ann')).toBe(15 * 60_000)
  await clock.advance(61 * 60_000)
  throttle.fail('ann')
  expect(throttle.waitMs('ann')).toBe(1_000)
})
