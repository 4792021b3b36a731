import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'

describe('sign-in', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi()
  })
  afterAll(() => api.close())

  const signIn = (body: object) => api.as({})('POST /v1/auth/authenticate', { body })

  test('a password gives a token that works raw in the Authorization header, and refreshing replaces it', async () => {
    const tenant = await api.newTenant('Sign In Ltd')
    const answer = await signIn({ emailId: tenant.adminEmail.toUpperCase(), password: tenant.adminPassword.reveal() })
    expect(answer.status).toBe(200)
    const token: string = answer.body.Authorization
    const info = await api.as({ Authorization: token })('GET /v1/users/info')
    expect(info.body).toEqual({ orgName: 'Sign In Ltd', tenantUid: tenant.tenant.uid, userUid: tenant.adminUid })

    const refreshed = await api.as({})(`GET /v1/auth/refresh/${token}`)
    expect(refreshed.status).toBe(200)
    expect((await api.as({ Authorization: token })('GET /v1/users/info')).status).toBe(401)
    expect((await api.as({ Authorization: refreshed.body.Authorization })('GET /v1/users/info')).status).toBe(200)
  })

  test('wrong password, unknown person and wrong organisation get the same answer', async () => {
    const tenant = await api.newTenant()
    const right = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal(), org: tenant.tenant.name }
    const answers = await Promise.all([
      signIn({ ...right, password: 'not this' }),
      signIn({ ...right, emailId: 'nobody@example.com' }),
      signIn({ ...right, org: 'no such organisation' }),
    ])
    for (const { status, body } of answers) {
      expect(status).toBe(401)
      expect(body.code).toBe('Unauthorized')
    }
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1)
    expect((await signIn(right)).status).toBe(200)
  })

  test('an e-mail that two tenants know needs the organisation', async () => {
    const [one, two] = [await api.newTenant(), await api.newTenant()]
    const user = { email: 'both@example.com', firstName: 'B', lastName: 'O', password: new Secret('password one') }
    const actor = { type: 'operator', uid: 'o', name: 'o' } as const
    await api.context.identity.createUser({ tenant: one.tenant.uid, actor }, user)
    await api.context.identity.createUser({ tenant: two.tenant.uid, actor }, user)
    const body = { emailId: user.email, password: 'password one' }
    expect((await signIn(body)).status).toBe(401)
    expect((await signIn({ ...body, org: two.tenant.name })).status).toBe(200)
  })

  test('a password change needs the present password, and by a key it ends every session', async () => {
    const tenant = await api.newTenant()
    const password = tenant.adminPassword.reveal()
    const { body } = await signIn({ emailId: tenant.adminEmail, password })
    const change = (currentPassword: string) =>
      tenant.call(`PATCH /v1/users/${tenant.adminUid}/password/change`, {
        body: { currentPassword, newPassword: 'another one' },
      })
    expect((await change('wrong')).status).toBe(401)
    expect((await change(password)).status).toBe(204)
    expect((await api.as({ Authorization: body.Authorization })('GET /v1/users/info')).status).toBe(401)
    expect((await signIn({ emailId: tenant.adminEmail, password: 'another one' })).status).toBe(200)
  })
})

describe('a password set by an administrator', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi()
  })
  afterAll(() => api.close())

  test('lets the user sign in; nobody sets one for a user who may do more', async () => {
    const { call, tenant, adminUid } = await api.newTenant()
    const user = await api.newUser(tenant.uid, [{ role: 'Tenant User Admin' }])
    const set = await call(`PUT /atrium/v1/users/${user.uid}/password`, { body: { password: 'from the admin' } })
    expect(set.status).toBe(204)
    const body = { emailId: user.email, password: 'from the admin' }
    expect((await api.as({})('POST /v1/auth/authenticate', { body })).status).toBe(200)
    const raised = await user.call(`PUT /atrium/v1/users/${adminUid}/password`, { body: { password: 'now mine' } })
    expect([raised.status, raised.body.code]).toEqual([403, 'Forbidden'])
  })
})

describe('time and guessing', () => {
  let api: TestApi
  const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))
  beforeAll(async () => {
    api = await openTestApi({ clock })
  })
  afterAll(() => api.close())

  const signIn = (body: object) => api.as({})('POST /v1/auth/authenticate', { body })

  test('sessions end after 240 minutes, or after what the tenant set', async () => {
    const tenant = await api.newTenant()
    const credentials = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    const first = api.as({ Authorization: (await signIn(credentials)).body.Authorization })
    await clock.advance(239 * 60_000)
    expect((await first('GET /v1/users/info')).status).toBe(200)
    await clock.advance(2 * 60_000)
    expect((await first('GET /v1/users/info')).status).toBe(401)

    const settings = `/v1/tenants/${tenant.tenant.uid}/authTokenSettings`
    expect((await tenant.call(`PUT ${settings}`, { body: { expiryTimeMinutes: 15 } })).status).toBe(204)
    expect((await tenant.call(`GET ${settings}`)).body).toEqual({ expiryTimeMinutes: 15 })
    const short = api.as({ Authorization: (await signIn(credentials)).body.Authorization })
    await clock.advance(16 * 60_000)
    expect((await short('GET /v1/users/info')).status).toBe(401)
  })

  test('a session that is renewed again and again ends a day after its sign-in, as its list said', async () => {
    const tenant = await api.newTenant()
    const credentials = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    const began = clock.now()
    const endsAt = new Date(began + 24 * 3_600_000).toISOString()
    let token: string = (await signIn(credentials)).body.Authorization
    const listed = async () =>
      (await api.as({ Authorization: token })('GET /atrium/v1/account/sessions')).body.items.find(
        ({ isCurrent }: { isCurrent: boolean }) => isCurrent,
      )
    const { uid } = await listed()
    for (let hour = 3; hour < 24; hour += 3) {
      await clock.advance(3 * 3_600_000)
      const renewed = await api.as({})(`GET /v1/auth/refresh/${token}`)
      expect(renewed.status, `after ${hour} hours`).toBe(200)
      token = renewed.body.Authorization
      expect(await listed()).toMatchObject({ uid, createdAt: new Date(began).toISOString(), endsAt })
    }
    expect((await listed()).expiresAt, 'no later than its end').toBe(endsAt)
    await clock.advance(3 * 3_600_000)
    const used = await api.as({ Authorization: token })('GET /v1/users/info')
    expect([used.status, used.body.message]).toEqual([401, expect.stringContaining('The session is over')])
    const refused = await api.as({})(`GET /v1/auth/refresh/${token}`)
    expect([refused.status, refused.body.message]).toEqual([401, expect.stringContaining('24 hours')])
    expect((await signIn(credentials)).status).toBe(200)
  })

  test('after five wrong passwords the right one is refused too, until the wait is over', async () => {
    const tenant = await api.newTenant()
    const right = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    for (let guess = 0; guess < 5; guess += 1) await signIn({ ...right, password: `guess ${guess}` })
    const refused = await signIn(right)
    expect(refused.status).toBe(401)
    expect(refused.body.details.retryAfterSeconds).toBeGreaterThan(0)
    await clock.advance(refused.body.details.retryAfterSeconds * 1000)
    expect((await signIn(right)).status).toBe(200)
  })

  test('guesses sent at once gain nothing: the right one among them is refused like the others', async () => {
    const tenant = await api.newTenant()
    const right = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    const guesses = Array.from({ length: 30 }, (_, index) => signIn({ ...right, password: `guess ${index}` }))
    const answers = await Promise.all([...guesses, signIn(right)])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
  })

  test('many right sign-ins at once are all let in', async () => {
    const tenant = await api.newTenant()
    const right = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(right)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  })
})
