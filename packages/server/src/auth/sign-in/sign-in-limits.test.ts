import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { signInLimits } from './sign-in-limits.ts'

const address = (number: number): string => `198.51.100.${number}`

function tried(count: number, who: (try_: number) => [email: string, address: string]) {
  const limits = signInLimits(new ManualClock(0))
  for (let one = 0; one < count; one += 1) limits.fail(...who(one))
  return (email: string, from: string): boolean => {
    try {
      limits.check(email, from)
      return true
    } catch {
      return false
    }
  }
}

test('failures of one e-mail count wherever they come from', () => {
  expect(tried(99, (one) => ['ann', address(one)])('ann', address(200))).toBe(true)
  const after = tried(100, (one) => ['ann', address(one)])
  expect(after('ann', address(200))).toBe(false)
  expect(after('bob', address(0))).toBe(true)
})

test('failures from one address count whoever they are about', () => {
  expect(tried(49, (one) => [`somebody-${one}`, address(1)])('ann', address(1))).toBe(true)
  const after = tried(50, (one) => [`somebody-${one}`, address(1)])
  expect(after('ann', address(1))).toBe(false)
  expect(after('ann', address(2))).toBe(true)
})

test('failures of one e-mail from one address count soonest', () => {
  expect(tried(4, () => ['ann', address(1)])('ann', address(1))).toBe(true)
  const after = tried(5, () => ['ann', address(1)])
  expect(after('ann', address(1))).toBe(false)
  expect(after('ann', address(2))).toBe(true)
})
