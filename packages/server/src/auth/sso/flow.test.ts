import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { expect, test } from 'vitest'
import { beginFlow, flowMs, resumeFlow } from './flow.ts'

const clock = new ManualClock(1_800_000_000_000)
const parts = { clock, random: systemRandom }
const loopback = { port: 4000, challenge: 'c'.repeat(43) }
const begin = (more: Partial<Parameters<typeof beginFlow>[1]> = {}) => {
  const { flow, cookie } = beginFlow(parts, { tenant: 't', protocol: 'oidc', loopback: null, ...more })
  return { flow, cookies: cookie.split(';')[0] ?? '', cookie }
}
const at = { tenant: 't', protocol: 'oidc' } as const

test('is found again by its browser, with the same secrets and the same return', () => {
  for (const back of [null, loopback]) {
    const { flow, cookies } = begin({ loopback: back })
    const found = resumeFlow(clock, { ...at, state: flow.state, cookies: `a=b; ${cookies}; c=d` })
    expect(found?.loopback).toEqual(back)
    for (const purpose of ['pkce', 'nonce', 'saml']) expect(found?.derive(purpose)).toBe(flow.derive(purpose))
    expect(new Set(['pkce', 'nonce', 'saml', 'state'].map((purpose) => flow.derive(purpose))).size).toBe(4)
  }
})

test('many sign-ins of one browser stand beside each other', () => {
  const [one, two] = [begin(), begin()]
  const cookies = `${one.cookies}; ${two.cookies}`
  for (const { flow } of [one, two])
    expect(resumeFlow(clock, { ...at, state: flow.state, cookies })?.state).toBe(flow.state)
})

test('is nothing without its cookie, or with another tenant, protocol, state or return', () => {
  const { flow, cookies } = begin()
  const other = begin()
  const { state } = flow
  const changed = cookies.replace('.0.', `.4000.${'c'.repeat(43)}`)
  for (const attempt of [
    { ...at, state, cookies: '' },
    { ...at, state, cookies: other.cookies },
    { ...at, state: other.flow.state, cookies },
    { ...at, state: `${state.slice(0, 16)}${other.flow.state.slice(16)}`, cookies },
    { ...at, state: '', cookies },
    { ...at, state, cookies, tenant: 'u' },
    { ...at, state, cookies, protocol: 'saml' as const },
    { ...at, state, cookies: changed },
    { ...at, state, cookies: `${cookies}x` },
  ]) {
    expect(resumeFlow(clock, attempt)).toBeNull()
  }
})

test('lasts ten minutes', async () => {
  const { flow, cookies, cookie } = begin()
  expect(cookie).toMatch(/^__Host-atrium-sso-.*; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=None$/)
  await clock.advance(flowMs)
  expect(resumeFlow(clock, { ...at, state: flow.state, cookies })).not.toBeNull()
  await clock.advance(1)
  expect(resumeFlow(clock, { ...at, state: flow.state, cookies })).toBeNull()
})
