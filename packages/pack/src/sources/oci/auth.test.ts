import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { describe, expect, it } from 'vitest'
import { basicAuth, fixedToken } from './auth.ts'

/** A token service that gives a token to whoever asks, and what it was shown. */
function tokenService(): { egress: Egress; shown: (string | undefined)[] } {
  const shown: (string | undefined)[] = []
  const request: Egress['request'] = (_url, options) => {
    shown.push(options?.headers?.['authorization'])
    return Promise.resolve({ status: 200, text: () => Promise.resolve('{"token":"t"}') } as never)
  }
  return { egress: { request, close: () => Promise.resolve() }, shown }
}
const challenge = (realm: string, origin = 'https://registry.example.com:5000') =>
  ({ scheme: 'bearer', parameters: { realm }, origin }) as const
const credentials = { username: 'u', password: new Secret('p') }

describe('credentials of a registry', () => {
  it.each([
    ['its own host', 'https://registry.example.com/token', true],
    ['a host of its site', 'https://auth.example.com/token', true],
    ['another site', 'https://auth.example.org/token', false],
    ['a name that only ends like it', 'https://evilexample.com/token', false],
    ['an address', 'https://203.0.113.7/token', false],
    ['plain http', 'http://auth.example.com/token', false],
  ])('are shown to a token service on %s: %s', async (_name, realm, isAllowed) => {
    const { egress, shown } = tokenService()
    const answer = basicAuth(credentials, egress)(challenge(realm), 'repository:a:pull')
    if (isAllowed) expect((await answer)?.reveal()).toBe('Bearer t')
    else await expect(answer).rejects.toThrow(/another site|https/)
    expect(shown).toEqual(isAllowed ? ['Basic dTpw'] : [])
  })

  it('are not needed for an anonymous token, wherever that comes from', async () => {
    const { egress, shown } = tokenService()
    const answer = await basicAuth(null, egress)(challenge('https://auth.example.org/token'), 'repository:a:pull')
    expect(answer?.reveal()).toBe('Bearer t')
    expect(shown).toEqual([undefined])
  })

  it('that are a token are shown to the registry itself only', async () => {
    const header = await fixedToken(new Secret('abc'))(challenge('https://auth.example.org/token'), '')
    expect(header?.reveal()).toBe('Bearer abc')
  })
})
