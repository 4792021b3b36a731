import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { networkOf } from './network.ts'
import { Throttle } from './throttle.ts'

export function tooManyFailures(waitMs: number): AtriumError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  return new AtriumError('Unauthorized', `Too many failed sign-ins. Try again in ${retryAfterSeconds} s.`, {
    details: { retryAfterSeconds },
  })
}

/** Guesses of one person's password from one place, of one person's from anywhere, and of anybody's from one place; or other tries, with another `refusal`. */
export function signInLimits(clock: Clock, refusal = tooManyFailures) {
  const both = new Throttle(clock, 5)
  const byEmail = new Throttle(clock, 100)
  const byAddress = new Throttle(clock, 50)
  return {
    check(email: string, address: string): void {
      const ip = networkOf(address)
      const waitMs = Math.max(both.waitMs(`${email} ${ip}`), byEmail.waitMs(email), byAddress.waitMs(ip))
      if (waitMs > 0) throw refusal(waitMs)
    },
    fail(email: string, address: string): void {
      const ip = networkOf(address)
      both.fail(`${email} ${ip}`)
      byEmail.fail(email)
      byAddress.fail(ip)
    },
    succeed(email: string, address: string): void {
      both.succeed(`${email} ${networkOf(address)}`)
      byEmail.succeed(email)
    },
  }
}

/** Guesses of one place, of whatever it is that is guessed. */
export function addressLimit(clock: Clock) {
  const byAddress = new Throttle(clock, 50)
  return {
    check(address: string): void {
      const waitMs = byAddress.waitMs(networkOf(address))
      if (waitMs > 0) throw tooManyFailures(waitMs)
    },
    fail: (address: string): void => byAddress.fail(networkOf(address)),
  }
}
