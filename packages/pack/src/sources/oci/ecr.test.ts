import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { expect, it } from 'vitest'
import { ecrAuth } from './ecr.ts'

it('a token of AWS is asked for once, and again before it is over', async () => {
  const clock = new ManualClock()
  const asked: Record<string, string>[] = []
  const request: Egress['request'] = (_url, options) => {
    asked.push(options?.headers ?? {})
    const authorizationData = [
      { authorizationToken: `t${asked.length}`, expiresAt: (clock.now() + 12 * 3_600_000) / 1000 },
    ]
    return Promise.resolve({ status: 200, text: () => Promise.resolve(JSON.stringify({ authorizationData })) } as never)
  }
  const keys = () => Promise.resolve({ accessKey: 'AK', secretKey: new Secret('sk') })
  const egress = { request, close: () => Promise.resolve() }
  const authorize = ecrAuth({ region: 'eu-west-1', keys, endpoint: null, egress, clock })
  const header = async () =>
    (await authorize({ scheme: 'basic', parameters: {}, origin: 'https://r.test' }, ''))?.reveal()
  expect([await header(), await header()]).toEqual(['Basic t1', 'Basic t1'])
  await clock.advance(11 * 3_600_000 + 55 * 60_000)
  expect(await header()).toBe('Basic t2')
  expect(JSON.stringify(asked)).not.toContain('"sk"')
  expect(asked[0]?.['authorization']).not.toBe(asked[1]?.['authorization'])
})
