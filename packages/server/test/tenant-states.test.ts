import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { tokenOf } from './support/people.ts'

const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))
let api: TestApi
let url: string
let operator: Caller
beforeAll(async () => {
  api = await openTestApi({ clock })
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
  operator = api.as({ Authorization: api.operatorToken })
})
afterAll(() => api.close())

const invite = (name: string) =>
  operator('POST /atrium/v1/tenants/invite', {
    body: { name, adminEmail: `ada@${name}.test`, adminFirstName: 'Ada', adminLastName: 'Lovelace' },
  })
const use = (link: string, password: string) =>
  api.as({})('POST /atrium/v1/links', { body: { token: tokenOf(link), password } })
const signIn = (emailId: string, password: string) =>
  api.as({})('POST /v1/auth/authenticate', { body: { emailId, password } })
const stateOf = async (uid: string): Promise<string> => (await operator(`GET /atrium/v1/tenants/${uid}`)).body.state

test('a tenant that was invited opens when its administrator sets a password by the link', async () => {
  const made = await invite('acme')
  expect(made.status, made.text).toBe(201)
  const { tenant, project, activation, adminEmail } = made.body
  expect(activation).toEqual({
    url: expect.stringMatching(/^https:\/\/plane\.test\/activate#[\w-]+\.[\w-]{43}$/),
    expiresAt: '2026-01-02T00:00:00.000Z',
  })
  expect(await stateOf(tenant.uid)).toBe('Pending')
  expect((await signIn(adminEmail, 'not set yet')).status).toBe(401)
  const used = await use(activation.url, 'my own password')
  expect(used.body).toEqual({ email: adminEmail, organization: 'acme' })
  expect(await stateOf(tenant.uid)).toBe('Active')
  const { Authorization } = (await signIn(adminEmail, 'my own password')).body
  const admin = api.as({ Authorization })
  expect((await admin(`GET /v1/projects/${project.uid}`)).status).toBe(200)
  expect((await admin('POST /v1/projects', { body: { metadata: { name: 'more' } } })).status).toBe(201)
  expect((await use(activation.url, 'a second time')).status).toBe(401)
  const again = await operator(`POST /atrium/v1/tenants/${tenant.uid}/activate`)
  expect([again.status, again.body.code]).toEqual([409, 'InvalidState'])
})

test('a link is made anew, ends with its time, and only one of many who use it at once gets in', async () => {
  const { tenant, activation } = (await invite('late')).body
  await clock.advance(24 * 60 * 60_000 + 1)
  expect((await use(activation.url, 'much too late')).body.code).toBe('Unauthorized')
  expect(await stateOf(tenant.uid)).toBe('Pending')
  const { body } = await operator(`POST /atrium/v1/tenants/${tenant.uid}/activate`)
  const all = await Promise.all(['one', 'two', 'three'].map((one) => use(body.url, `password ${one}`)))
  expect(all.map(({ status }) => status).sort()).toEqual([200, 401, 401])
})

test('the page of a link is one form for everybody, which runs no script but its own', async () => {
  const page = await api.as({})('GET /activate')
  expect(page.status).toBe(200)
  expect(page.text).toContain('<form hidden>')
  expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'sha256-/)
})

test('a tenant that is disabled lets nobody in, says why, and is as it was when it is enabled', async () => {
  const tenant = await api.newTenant()
  const password = tenant.adminPassword.reveal()
  const { Authorization } = (await signIn(tenant.adminEmail, password)).body
  const session = api.as({ Authorization })
  const { uid } = tenant.tenant
  const closed = { status: 403, body: { code: 'TenantInactive', details: { state: 'Disabled' } } }
  const change = (verb: string) => operator(`POST /atrium/v1/tenants/${uid}/${verb}`)
  expect((await change('enable')).status).toBe(204)
  expect((await change('disable')).status).toBe(204)
  expect((await change('disable')).status).toBe(204)
  expect(await tenant.call('GET /v1/users/info')).toMatchObject(closed)
  expect(await session('GET /v1/users/info')).toMatchObject(closed)
  expect(await signIn(tenant.adminEmail, password)).toMatchObject(closed)
  expect((await signIn(tenant.adminEmail, 'wrong')).status).toBe(401)
  expect(await api.as({})(`GET /v1/auth/refresh/${Authorization}`)).toMatchObject(closed)
  const message: string = (await tenant.call('GET /v1/users/info')).body.message
  expect(message).toContain('was disabled by the operator')
  expect((await change('enable')).status).toBe(204)
  expect((await tenant.call('GET /v1/users/info')).status).toBe(200)
  expect((await session('GET /v1/users/info')).status).toBe(200)
})

test('a tenant without users is finished by making it again, but not while it is on its way out', async () => {
  const { identity } = api.context
  const actor = { type: 'operator', uid: 'o', name: 'o' } as const
  const { uid } = await identity.createTenant('cut-short', actor)
  expect((await identity.createTenant('cut-short', actor)).uid).toBe(uid)
  await identity.tenantLife.delete(actor, uid, { force: false })
  await expect(identity.createTenant('cut-short', actor)).rejects.toMatchObject({ code: 'DuplicateName' })
})

test('a stream that is open ends within five seconds of it, and tells why', async () => {
  const tenant = await api.newTenant()
  const headers = { ApiKey: tenant.apiKey.reveal() }
  const response = await fetch(`${url}/atrium/v1/watch`, { headers })
  const reader = response.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain(': connected')
  await operator(`POST /atrium/v1/tenants/${tenant.tenant.uid}/disable`)
  let text = ''
  const ended = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
      text += Buffer.from(part.value).toString()
  })()
  await clock.advance(5_000)
  await ended
  expect(text).toContain('"code":"TenantInactive"')
})

test('tenants are listed with their states, and counted', async () => {
  const { tenant, call } = await api.newTenant('counted')
  await call('POST /v1/projects', { body: { metadata: { name: 'second' } } })
  const listed = (await operator('GET /atrium/v1/tenants')).body.items
  expect(listed).toContainEqual(expect.objectContaining({ uid: tenant.uid, name: 'counted', state: 'Active' }))
  const { body } = await operator(`GET /atrium/v1/tenants/${tenant.uid}`)
  expect(body.counts).toEqual({ users: 1, projects: 2, clusters: 0 })
  expect((await operator('GET /atrium/v1/tenants/system')).status).toBe(404)
  expect((await operator('POST /atrium/v1/tenants/system/disable')).status).toBe(404)
  expect((await operator('DELETE /atrium/v1/tenants/system')).status).toBe(404)
})
