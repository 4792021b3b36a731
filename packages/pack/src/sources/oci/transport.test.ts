import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { expect, test } from 'vitest'
import { fixedToken } from './auth.ts'
import { OciTransport } from './transport.ts'

/** A registry that answers only to who signs in, and what it was shown for which repository. */
function registry(challenge: string): { egress: Egress; shown: string[] } {
  const shown: string[] = []
  const request: Egress['request'] = (url, options) => {
    const authorization = options?.headers?.['authorization']
    shown.push(`${new URL(url).pathname} ${authorization ?? '-'}`)
    const headers = authorization === undefined ? { 'www-authenticate': challenge } : {}
    return Promise.resolve({ status: authorization === undefined ? 401 : 200, headers, discard() {} } as never)
  }
  return { egress: { request, close: () => Promise.resolve() }, shown }
}

test.each([
  ['a password is shown at once everywhere, after the first question', 'Basic realm="r"', ['/a -', '/a S', '/b S']],
  ['a token is for one repository', 'Bearer realm="https://r/t"', ['/a -', '/a S', '/b -', '/b S']],
])('%s', async (_name, challenge, expected) => {
  const { egress, shown } = registry(challenge)
  const authorize = challenge.startsWith('Basic') ? async () => new Secret('S') : fixedToken(new Secret('S'))
  const options = { endpoint: 'https://r', egress, authorize, clock: systemClock, random: systemRandom }
  const transport = new OciTransport(options)
  for (const name of ['a', 'b'])
    await transport.send({ method: 'HEAD', path: `/${name}`, scope: `repository:${name}:pull` })
  expect(shown.map((line) => line.replace('Bearer ', ''))).toEqual(expected)
})
