import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { createApp } from '@atrium/server/apiserver/app.ts'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let clock: ManualClock
let app: FastifyInstance
let apiKey: string
beforeAll(async () => {
  api = await openTestApi()
  apiKey = (await api.newTenant()).apiKey.reveal()
})
afterAll(() => api.close())

beforeEach(async () => {
  clock = new ManualClock()
  app = createApp({ ...api.context, clock }, { rates: { tenant: 5, address: 2 }, trustedProxies: ['127.0.0.1'] })
  await app.ready()
  return () => app.close()
})

const ask = (headers: Record<string, string>, url = '/v1/users/info') => app.inject({ url, headers })
/** How many of so many requests, one after another, answered with each status. */
async function statuses(count: number, headers: Record<string, string>, url?: string): Promise<Record<number, number>> {
  const found: Record<number, number> = {}
  for (let index = 0; index < count; index += 1) {
    const { statusCode } = await ask(headers, url)
    found[statusCode] = (found[statusCode] ?? 0) + 1
  }
  return found
}

describe('a tenant', () => {
  test('is answered for ten seconds of its rate at once; a few more wait for their turn, and the rest are told when', async () => {
    expect(await statuses(50, { ApiKey: apiKey })).toEqual({ 200: 50 })
    const more = Array.from({ length: 6 }, () => ask({ ApiKey: apiKey }))
    const refused = await Promise.race(more)
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'TooManyRequests'])
    expect(refused.headers['retry-after']).toBe('1')
    expect(refused.json().details).toEqual({ retryAfterSeconds: 1 })
    await expect.poll(() => clock.pending).toBe(5)
    await clock.advance(1_000)
    const all = (await Promise.all(more)).map(({ statusCode }) => statusCode)
    expect(all.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 200, 429])
  })

  test('is refused for itself: another one is answered, and itself again after a while', async () => {
    expect(await statuses(50, { ApiKey: apiKey })).toEqual({ 200: 50 })
    const other = await api.newTenant()
    expect(await statuses(50, { ApiKey: other.apiKey.reveal() })).toEqual({ 200: 50 })
    await clock.advance(2_000)
    expect(await statuses(10, { ApiKey: apiKey })).toEqual({ 200: 10 })
  })
})

describe('an address', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address })

  test('that signs in with nothing, or with what nobody has, is soon refused; others and the tenant are not', async () => {
    expect(await statuses(30, { ...from('203.0.113.1'), ApiKey: 'guess' })).toEqual({ 401: 20, 429: 10 })
    expect(await statuses(1, from('203.0.113.1'))).toEqual({ 429: 1 })
    expect(await statuses(1, from('203.0.113.2'))).toEqual({ 401: 1 })
    await clock.advance(1_000)
    expect(await statuses(3, from('203.0.113.1'))).toEqual({ 401: 2, 429: 1 })
  })

  test('that somebody guesses from still answers those whose key was good', async () => {
    const known = { ...from('203.0.113.3'), ApiKey: apiKey }
    expect(await statuses(1, known)).toEqual({ 200: 1 })
    expect(await statuses(25, from('203.0.113.3'))).toEqual({ 401: 20, 429: 5 })
    expect(await statuses(10, known)).toEqual({ 200: 10 })
  })

  test('asks public operations within the same bound, and about health as often as it likes', async () => {
    const url = '/v1/auth/orgs'
    expect(await statuses(25, from('2001:db8::1'), url)).toMatchObject({ 429: 5 })
    expect(await statuses(1, from('2001:db8::ffff'), url), 'the same network').toEqual({ 429: 1 })
    expect(await statuses(100, from('2001:db8::1'), '/healthz')).toEqual({ 200: 100 })
  })
})

test('metrics count who was refused, and who is remembered', async () => {
  await statuses(21, { 'x-forwarded-for': '203.0.113.9' })
  const { body } = await ask({ Authorization: `Bearer ${api.operatorToken}` }, '/metrics')
  expect(body).toContain('atrium_http_rate_limited_total{by="address"} 1')
  expect(body).toContain('atrium_http_rate_limit_keys{by="address"} 1')
})
