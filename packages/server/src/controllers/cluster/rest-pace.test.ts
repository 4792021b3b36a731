import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { expect, it } from 'vitest'
import { RestPace } from './rest-pace.ts'

const pace = () => {
  const clock = new ManualClock()
  const timing = { observeMs: 5_000, observeMaxMs: 600_000, looksPerSecond: 20 }
  return { clock, rest: new RestPace(timing, clock, seededRandom(1)) }
}

it('looks at few clusters as often as it is told to', async () => {
  const { clock, rest } = pace()
  for (let look = 0; look < 20; look++) {
    expect(rest.nextMs()).toBe(5_000)
    await clock.advance(1_000)
  }
})

it('spreads many over the looks there are', () => {
  const { rest } = pace()
  const delays = Array.from({ length: 10_000 }, () => rest.nextMs())
  expect(delays[0]).toBe(5_000)
  expect(delays.at(-1)).toBe(5_000 + 9_999 * 50)
})

it('looks at each in the end, however long the line is', () => {
  const { rest } = pace()
  const delays = Array.from({ length: 100_000 }, () => rest.nextMs())
  expect(Math.max(...delays)).toBeLessThanOrEqual(600_000)
  const late = delays.slice(-1_000)
  expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(100_000)
})

it('begins anew once the line is empty', async () => {
  const { clock, rest } = pace()
  for (let look = 0; look < 1_000; look++) rest.nextMs()
  await clock.advance(120_000)
  expect(rest.nextMs()).toBe(5_000)
})
