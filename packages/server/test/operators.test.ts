import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { newOperator, operatorSession, signInOperator } from './support/operators.ts'
import { tokenOf } from './support/people.ts'

const actor = { type: 'operator', uid: 'test', name: 'test' } as const
const root = { email: 'root@example.com', password: 'the first password' }
const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))

let api: TestApi
let machine: Caller
beforeAll(async () => {
  api = await openTestApi({ clock })
  machine = api.as({ Authorization: `Bearer ${api.operatorToken}` })
  expect(await api.context.identity.operators.ensureFirst(actor, root.email, new Secret(root.password))).toBe(true)
})
afterAll(() => api.close())

const signIn = (body: object) => signInOperator(api, body)
const session = (credentials: object) => operatorSession(api, credentials)
const me = 'GET /atrium/v1/system/me'
const setPassword = (url: string, password: string) =>
  api.as({})('POST /atrium/v1/links', { body: { token: tokenOf(url), password } })

describe('an operator', () => {
  test('is made once at the first start, and signs in with e-mail and password', async () => {
    const again = await api.context.identity.operators.ensureFirst(actor, 'other@example.com', new Secret('password'))
    expect(again).toBe(false)
    const answer = await signIn({ ...root, email: root.email.toUpperCase() })
    expect(answer.body).toEqual({ token: expect.stringMatching(/^system\./), expiresAt: '2026-01-01T04:00:00.000Z' })
    const me = await api.as({ Authorization: answer.body.token })('GET /atrium/v1/system/me')
    expect(me.body).toMatchObject({ name: root.email, role: 'RootAdmin' })
    expect((await machine('GET /atrium/v1/system/me')).body).toMatchObject({ name: 'operator', role: 'machine' })
  })

  test('gets the same answer for a wrong password and for nobody, and is slowed down after five guesses', async () => {
    const { email, password } = await newOperator(api, 'AccountAdmin')
    const wrong = [
      await signIn({ email, password: 'guess' }),
      await signIn({ email: 'nobody@example.com', password: 'guess' }),
    ]
    expect(wrong.map(({ status, body }) => [status, body.message])).toEqual([
      [401, wrong[1]?.body.message],
      [401, wrong[0]?.body.message],
    ])
    for (let guess = 0; guess < 4; guess += 1) await signIn({ email, password: `guess ${guess}` })
    const refused = await signIn({ email, password })
    expect(refused.status).toBe(401)
    await clock.advance(refused.body.details.retryAfterSeconds * 1000)
    expect((await signIn({ email, password })).status).toBe(200)
  })

  test('is signed out by themselves, after four hours, and at once when they are made inactive', async () => {
    const first = await session(root)
    expect((await first('POST /atrium/v1/system/sign-out')).status).toBe(204)
    expect((await first('GET /atrium/v1/system/me')).status).toBe(401)
    const second = await session(root)
    await clock.advance(4 * 60 * 60_000 + 1)
    expect((await second('GET /atrium/v1/system/me')).status).toBe(401)
    const { uid, call, email, password } = await newOperator(api, 'AccountAdmin')
    expect((await machine(`PATCH /atrium/v1/system/operators/${uid}`, { body: { isActive: false } })).status).toBe(204)
    expect((await call('GET /atrium/v1/system/me')).status).toBe(401)
    expect((await signIn({ email, password })).status).toBe(401)
  })

  test('changes their password with the present one, which ends their other sessions, and makes no link for themselves', async () => {
    const { uid, call, email, password } = await newOperator(api, 'RootAdmin')
    const other = await session({ email, password })
    const { body } = await machine(`POST /atrium/v1/system/operators/${uid}/activate`)
    expect((await call(`POST /atrium/v1/system/operators/${uid}/activate`)).status).toBe(403)
    const change = (currentPassword: string, newPassword: string) =>
      call('PATCH /atrium/v1/system/password', { body: { currentPassword, newPassword } })
    expect((await change('a guess', 'another password')).status).toBe(401)
    expect((await change(password, password)).body.details).toEqual({ field: 'newPassword' })
    expect((await change(password, 'x')).body.details).toEqual({ field: 'newPassword' })
    expect((await change(password, 'another password')).status).toBe(204)
    expect([(await call(me)).status, (await other(me)).status]).toEqual([200, 401])
    expect((await setPassword(body.url, 'by a link from before')).status).toBe(401)
    expect((await signIn({ email, password })).status).toBe(401)
    await session({ email, password: 'another password' })
    const ofMachine = { body: { currentPassword: 'none', newPassword: 'another password' } }
    expect((await machine('PATCH /atrium/v1/system/password', ofMachine)).body.code).toBe('InvalidState')
  })

  test('sets a new password by a link that works once, and ends their sessions by it', async () => {
    const { uid, call, email } = await newOperator(api, 'RootAdmin')
    const former = await machine(`POST /atrium/v1/system/operators/${uid}/activate`)
    const { body } = await machine(`POST /atrium/v1/system/operators/${uid}/activate`)
    expect((await setPassword(former.body.url, 'by the void link')).status).toBe(401)
    const found = await api.as({})('POST /atrium/v1/links/find', { body: { token: tokenOf(body.url) } })
    expect(found.body).toEqual({ email, organization: '', isFirst: false })
    expect((await setPassword(body.url, 'short')).body.details.field).toBe('password')
    expect((await setPassword(body.url, 'another password')).status).toBe(200)
    expect((await setPassword(body.url, 'and once more')).status).toBe(401)
    expect((await call('GET /atrium/v1/system/me')).status).toBe(401)
    await session({ email, password: 'another password' })
  })

  test('who is made inactive keeps no link, and gets none: enabled again, only their own password opens', async () => {
    const { uid, email, password } = await newOperator(api, 'AccountAdmin')
    const path = `/atrium/v1/system/operators/${uid}`
    const { body } = await machine(`POST ${path}/activate`)
    expect((await machine(`PATCH ${path}`, { body: { isActive: false } })).status).toBe(204)
    expect((await setPassword(body.url, 'of whoever found it')).status).toBe(401)
    expect((await machine(`POST ${path}/activate`)).body.code).toBe('InvalidState')
    expect((await machine(`PATCH ${path}`, { body: { isActive: true } })).status).toBe(204)
    expect((await setPassword(body.url, 'of whoever found it')).status).toBe(401)
    await session({ email, password })
  })

  test('does what their role holds, and nothing else', async () => {
    const [account, operation] = [await newOperator(api, 'AccountAdmin'), await newOperator(api, 'OperationAdmin')]
    const statusOf = async (call: Caller, route: string): Promise<number> => (await call(route)).status
    const routes = [
      'GET /atrium/v1/tenants',
      'POST /atrium/v1/tenants/0123456789abcdef01234567/disable',
      'GET /atrium/v1/system/operators',
      'GET /atrium/v1/system/audit',
      'GET /metrics',
    ]
    const statuses = async (call: Caller) => Promise.all(routes.map((route) => statusOf(call, route)))
    expect(await statuses(account.call)).toEqual([200, 404, 403, 200, 401])
    expect(await statuses(operation.call)).toEqual([200, 403, 403, 403, 200])
    const body = {
      metadata: { name: 'r' },
      spec: { endpoint: 'https://127.0.0.1:1', auth: { type: 'noAuth' } },
    }
    expect((await account.call('POST /v1/registries/pack', { body })).status).toBe(401)
    expect((await operation.call('POST /v1/registries/pack', { body })).status).not.toBe(401)
  })

  test('who is the last root administrator stays one', async () => {
    const operators = (await machine('GET /atrium/v1/system/operators')).body.items as { uid: string; role: string }[]
    const roots = operators.filter(({ role }) => role === 'RootAdmin')
    const [last = { uid: '' }, ...others] = roots
    for (const { uid } of others) expect((await machine(`DELETE /atrium/v1/system/operators/${uid}`)).status).toBe(204)
    const path = `/atrium/v1/system/operators/${last.uid}`
    const refused = [
      await machine(`DELETE ${path}`),
      await machine(`PATCH ${path}`, { body: { role: 'AccountAdmin' } }),
      await machine(`PATCH ${path}`, { body: { isActive: false } }),
    ]
    expect(refused.map(({ body }) => body.code)).toEqual(['InvalidState', 'InvalidState', 'InvalidState'])
  })
})

describe('operators and tenants', () => {
  test("an operator's session is nothing to a tenant's operations, and no tenant's key is anything to an operator's", async () => {
    const { call } = await newOperator(api, 'RootAdmin')
    const tenant = await api.newTenant()
    const routes = ['GET /v1/users/info', 'GET /v1/projects/metadata', 'GET /atrium/v1/watch', 'GET /v1/users']
    for (const route of routes) expect((await call(route)).status, route).toBe(401)
    const password = { emailId: root.email, password: root.password }
    expect((await api.as({})('POST /v1/auth/authenticate', { body: password })).status).toBe(401)
    const asSystem = await api.as({})('POST /v1/auth/authenticate', { body: { ...password, org: 'system' } })
    expect(asSystem.status).toBe(401)

    const admin = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    const { Authorization } = (await api.as({})('POST /v1/auth/authenticate', { body: admin })).body
    const callers = [tenant.call, api.as({ Authorization }), api.as({ Authorization: tenant.apiKey.reveal() })]
    const operations = [
      'GET /atrium/v1/tenants',
      'POST /atrium/v1/tenants',
      `GET /atrium/v1/tenants/${tenant.tenant.uid}`,
      `DELETE /atrium/v1/tenants/${tenant.tenant.uid}`,
      `POST /atrium/v1/tenants/${tenant.tenant.uid}/disable`,
      'GET /atrium/v1/system/operators',
      'GET /atrium/v1/system/audit',
      'GET /atrium/v1/system/me',
    ]
    for (const ask of callers)
      for (const route of operations) {
        const body = route === 'POST /atrium/v1/tenants' ? { name: 'mine' } : undefined
        expect((await ask(route, { body })).status, route).toBe(401)
      }
    const signedIn = await signIn({ email: tenant.adminEmail, password: tenant.adminPassword.reveal() })
    expect(signedIn.status).toBe(401)
  })

  test('the installation keeps a record of both, and it holds no secret', async () => {
    const { body } = await machine('GET /atrium/v1/system/audit', { query: { limit: '500' } })
    const text = JSON.stringify(body.items)
    expect(text).toContain('made the first operator')
    expect(text).toContain('created the tenant')
    expect(text).not.toContain(root.password)
    const [newest, second] = body.items as { id: number }[]
    const older = await machine('GET /atrium/v1/system/audit', { query: { limit: '1', before: String(newest?.id) } })
    expect(older.body.items).toEqual([second])
  })
})
