import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { envToConfig } from '../../config/config.ts'
import { RateLimits } from './rate-limits.ts'

const { rates } = envToConfig({ databaseUrl: 'postgresql://db', pkiDir: '/pki', rootKeyFile: '/key' })

test('a tenant meets no limit with 50 requests of Terraform under way, each answered in 60 ms, and ten consoles', async () => {
  const clock = new ManualClock()
  const limits = new RateLimits(clock, rates, new Registry())
  for (let second = 0; second < 60; second += 1) {
    for (let count = 0; count < 50 / 0.06 + 10 * 10; count += 1) void limits.tenant('acme')
    expect(clock.pending, 'requests that wait').toBe(0)
    await clock.advance(1_000)
  }
})

test('of credentials that were good only the last used are remembered', () => {
  const limits = new RateLimits(new ManualClock(), { tenant: 0, address: 1 }, new Registry())
  for (let index = 0; index < 10; index += 1) limits.stranger('192.0.2.1')
  for (let index = 0; index <= 10_000; index += 1) limits.wasGood(`key ${index}`)
  expect(() => limits.mayTry('192.0.2.1', 'key 10000')).not.toThrow()
  expect(() => limits.mayTry('192.0.2.1', 'key 0')).toThrow(/this address/)
})
