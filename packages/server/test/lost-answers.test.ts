import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let call: Caller
/** As clients are that send no key. */
const keyless =
  (call: Caller): Caller =>
  (route, given) =>
    call(route, { ...given, headers: { 'idempotency-key': '', ...given?.headers } })
async function newTenant() {
  const made = await api.newTenant()
  return { ...made, call: keyless(made.call) }
}

/** How far the API's clock is ahead of the store's, which says when something was made. */
let aheadMs = 0
beforeAll(async () => {
  api = await openTestApi({ clock: { ...systemClock, now: () => systemClock.now() + aheadMs } })
  ;({ call } = await newTenant())
})
afterAll(() => api.close())

/** The answer to a request that comes so long after those before. */
async function after(ms: number, ask: () => Promise<Answer>): Promise<Answer> {
  aheadMs = ms
  try {
    return await ask()
  } finally {
    aheadMs = 0
  }
}
const soonMs = 60_000

const project = (name: string) => ({ body: { metadata: { name, labels: { a: 'b' } } } })

describe('a creation that is sent again', () => {
  test('by a client that lost the answer is told what it made', async () => {
    const first = await call('POST /v1/projects', project('lost'))
    expect(first.status).toBe(201)
    const again = await after(soonMs, () => call('POST /v1/projects', project('lost')))
    expect([again.status, again.body]).toEqual([201, first.body])
    const { body } = await call('GET /v1/dashboard/projects/metadata', { query: { name: 'lost' } })
    expect(body.items).toHaveLength(1)
  })

  test('to another server, and about people, too', async () => {
    const { as } = await api.another()
    const tenant = await newTenant()
    const elsewhere = keyless(as({ ApiKey: tenant.apiKey.reveal() }))
    const body = { spec: { emailId: 'lost@example.com', firstName: 'L', lastName: 'O' } }
    const first = await tenant.call('POST /v1/users', { body })
    const again = await after(soonMs, () => elsewhere('POST /v1/users', { body }))
    expect([again.status, again.body]).toEqual([201, first.body])
  })

  test('is a second wish when it comes at once, or much later', async () => {
    await call('POST /v1/projects', project('wanted'))
    const send = () => call('POST /v1/projects', project('wanted'))
    // Earlier than it was made: however slow this machine is, no second has passed.
    expect((await after(-soonMs, send)).body.code).toBe('DuplicateName')
    expect((await after(11 * 60_000, send)).body.code).toBe('DuplicateName')
  })

  test('is a second wish of whoever has had the answer', async () => {
    const { uid } = (await call('POST /v1/projects', project('known'))).body
    expect((await call(`GET /v1/projects/${uid}`)).status).toBe(200)
    const again = await after(soonMs, () => call('POST /v1/projects', project('known')))
    expect(again.body.code).toBe('DuplicateName')
  })

  test('with other content, or by somebody else, is refused', async () => {
    const tenant = await newTenant()
    const other = keyless((await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Admin' }])).call)
    await tenant.call('POST /v1/projects', project('mine'))
    const changed = await after(soonMs, () =>
      tenant.call('POST /v1/projects', { body: { metadata: { name: 'mine', labels: { a: 'c' } } } }),
    )
    expect(changed.body.code).toBe('DuplicateName')
    const foreign = await after(soonMs, () => other('POST /v1/projects', project('mine')))
    expect(foreign.body.code).toBe('DuplicateName')
  })

  test('after what it made was deleted makes another one', async () => {
    const { uid } = (await call('POST /v1/projects', project('gone'))).body
    await call(`DELETE /v1/projects/${uid}`)
    const again = await after(soonMs, () => call('POST /v1/projects', project('gone')))
    expect(again.status).toBe(201)
    expect(again.body.uid).not.toBe(uid)
  })

  test('takes the last place once', async () => {
    const tenant = await newTenant()
    const limits = { resources: [{ kind: 'project', limit: 2 }] }
    await tenant.call(`PATCH /v1/tenants/${tenant.tenant.uid}/resourceLimits`, { body: limits })
    const first = await tenant.call('POST /v1/projects', project('last'))
    const again = await after(soonMs, () => tenant.call('POST /v1/projects', project('last')))
    expect(again.body).toEqual(first.body)
    expect((await tenant.call('POST /v1/projects', project('more'))).body.code).toBe('ResourceLimitReached')
  })

  test('with a key is the same wish as long as the key is the same, and no other one', async () => {
    const send = (key: string) =>
      call('POST /v1/projects', { ...project('keyed'), headers: { 'Idempotency-Key': key } })
    const first = await send('a')
    expect((await send('a')).body).toEqual(first.body)
    await call(`GET /v1/projects/${first.body.uid}`)
    expect((await after(11 * 60_000, () => send('a'))).body).toEqual(first.body)
    expect((await after(soonMs, () => send('b'))).body.code).toBe('DuplicateName')
    expect((await after(25 * 3_600_000, () => send('a'))).body.code).toBe('DuplicateName')
    const odd = await send('x'.repeat(300))
    expect([odd.status, odd.body.details]).toEqual([400, { field: 'Idempotency-Key' }])
  })
})
