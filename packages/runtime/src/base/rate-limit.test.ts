import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, it } from 'vitest'
import { RateLimiter } from './rate-limit.ts'

it('lets a burst through, then as many as refill, and each address has its own share', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(clock, { burst: 3, perSecond: 2 })
  const take = (key: string, times: number): number =>
    Array.from({ length: times }, () => limiter.take(key)).filter(Boolean).length
  expect(take('a', 10)).toBe(3)
  expect(take('b', 1)).toBe(1)
  await clock.advance(1000)
  expect(take('a', 10)).toBe(2)
  await clock.advance(3_600_000)
  expect(take('a', 10)).toBe(3)
})

it('does not count what turned out to be in order, and never gives more than the burst', () => {
  const limiter = new RateLimiter(new ManualClock(), { burst: 2, perSecond: 0 })
  for (let index = 0; index < 100; index += 1) {
    expect(limiter.take('fleet')).toBe(true)
    limiter.giveBack('fleet')
  }
  limiter.giveBack('fleet')
  expect([1, 2, 3].map(() => limiter.take('fleet'))).toEqual([true, true, false])
})

it('forgets the address that was longest unused, not the one that is busy', () => {
  const limiter = new RateLimiter(new ManualClock(), { burst: 1, perSecond: 0 })
  expect(limiter.take('busy')).toBe(true)
  for (let index = 0; index < 20_000; index += 1) {
    limiter.take(`address-${index}`)
    if (index % 100 === 0) expect(limiter.take('busy')).toBe(false)
  }
  expect(limiter.take('address-0')).toBe(true)
})

it('lets those wait who are a little too many, each behind the one before, and refuses the rest', async () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(clock, { burst: 2, perSecond: 10 })
  const reserve = (times: number): (number | null)[] =>
    Array.from({ length: times }, () => limiter.reserve('a', 300)).map((waitMs) => waitMs && Math.round(waitMs))
  expect(reserve(7)).toEqual([0, 0, 100, 200, 300, null, null])
  expect(limiter.isSpent('a')).toBe(true)
  await clock.advance(100)
  expect(reserve(2)).toEqual([300, null])
  await clock.advance(10_000)
  expect(reserve(3)).toEqual([0, 0, 100])
})
