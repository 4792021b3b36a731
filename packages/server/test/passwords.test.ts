import { argon2Sync } from 'node:crypto'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret as Key, TOTP } from 'otpauth'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { newPerson, password, tokenOf } from './support/people.ts'

const dayMs = 24 * 60 * 60_000
const clock = new ManualClock(Date.parse('2026-03-01T12:00:00Z'))
let api: TestApi
beforeAll(async () => {
  api = await openTestApi({ clock })
})
afterAll(() => api.close())

const authenticate = (body: object): Promise<Answer> => api.as({})('POST /v1/auth/authenticate', { body })

async function newSomebody() {
  const person = await newPerson(api)
  const { admin, tenant, uid } = person
  const set = (text: string) => admin(`PUT /atrium/v1/users/${uid}/password`, { body: { password: text } })
  const putPolicy = async (policy: object) => {
    const answer = await admin(`POST /v1/tenants/${tenant.uid}/password/policy`, { body: policy })
    expect(answer.status, answer.text).toBe(204)
  }
  return { ...person, set, putPolicy }
}

async function asOwner<T extends object>(text: string, values: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: api.ownerUrl })
  await client.connect()
  try {
    return (await client.query<T>(text, values)).rows
  } finally {
    await client.end()
  }
}

describe('hashes', () => {
  test('made by former settings open, and are made anew by the next sign-in', async () => {
    const { uid, signIn } = await newSomebody()
    const settings = { memory: 4096, passes: 3, parallelism: 1, tagLength: 32 }
    const nonce = Buffer.alloc(16, 7)
    const tag = argon2Sync('argon2id', { ...settings, message: password, nonce })
    const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
    const old = `$argon2id$v=19$m=4096,t=3,p=1$${text(nonce)}$${text(tag)}`
    await asOwner('update users set password_hash = $2 where uid = $1', [uid, old])
    const hash = async () =>
      (await asOwner<{ password_hash: string }>('select password_hash from users where uid = $1', [uid]))[0]
        ?.password_hash
    expect((await signIn('wrong')).status).toBe(401)
    expect(await hash()).toBe(old)
    expect((await signIn()).status).toBe(200)
    const fresh = await hash()
    expect(fresh).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect((await signIn()).status).toBe(200)
    expect(await hash()).toBe(fresh)
  })
})

describe('what nobody learns without the password', () => {
  test('who there is, who is disabled, and who is locked', async () => {
    const [known, disabled] = [await newSomebody(), await newSomebody()]
    await api.context.identity.updateUser(
      { tenant: disabled.tenant.uid, actor: { type: 'operator', uid: 'o', name: 'o' } },
      disabled.uid,
      { isActive: false },
    )
    const people = [
      { emailId: known.email, password: 'wrong' },
      { emailId: disabled.email, password },
      { emailId: 'nobody@example.com', password },
      { emailId: known.email, password, org: 'no such organisation' },
    ]
    const told = ({ status, body: { code, message, details } }: Answer) =>
      JSON.stringify([status, code, message, details])
    // The fifth failure of one e-mail and address is the last that is free: from then on all are refused alike, too.
    for (let round = 0; round < 7; round += 1) {
      const answers = new Set<string>()
      for (const body of people.slice(0, 3)) answers.add(told(await authenticate(body)))
      expect([...answers], `round ${round}`).toHaveLength(1)
    }
    await clock.advance(dayMs)
    const [unknownOrg, unknownUser] = [await authenticate(people[3] ?? {}), await authenticate(people[2] ?? {})]
    expect(told(unknownOrg)).toBe(told(unknownUser))
  })
})

describe('policies', () => {
  test('hold passwords to a regular expression of RE2', async () => {
    const { set, putPolicy, admin, tenant } = await newSomebody()
    const path = `POST /v1/tenants/${tenant.uid}/password/policy`
    const backwards = await admin(path, { body: { isRegex: true, regex: '(?=.*[A-Z]).+' } })
    expect([backwards.status, backwards.body.details]).toEqual([400, { field: 'regex' }])
    await putPolicy({ isRegex: true, regex: '^[a-z]+-[0-9]{4}$' })
    const refused = await set('Horse-2026')
    expect([refused.status, refused.body.details]).toEqual([400, { field: 'password' }])
    expect(refused.body.message).toContain('^[a-z]+-[0-9]{4}$')
    expect((await set('horse-2026')).status).toBe(204)
  })

  test('of the installation hold where a tenant has none', async () => {
    const { set, putPolicy } = await newSomebody()
    const operator = api.as({ Authorization: api.operatorToken })
    const path = '/v1/system/password/policy/default'
    expect((await operator(`PUT ${path}`, { body: { minLength: 20 } })).status).toBe(204)
    try {
      expect((await operator(`GET ${path}`)).body).toMatchObject({ minLength: 20, expiryDurationInDays: 999 })
      expect((await set('nineteen characters')).body.message).toContain('20 characters')
      await putPolicy({ minLength: 6 })
      expect((await set('nineteen characters')).status).toBe(204)
    } finally {
      await operator(`PUT ${path}`, { body: {} })
    }
    expect((await api.as({})(`GET ${path}`)).status).toBe(401)
  })

  test('a password on the list of the installation is nobody’s, in whatever case', async () => {
    const { set, admin } = await newSomebody()
    const operator = api.as({ Authorization: api.operatorToken })
    const list = { body: { spec: { passwords: ['Password123', 'letmein!'] } } }
    expect((await admin('PATCH /v1/system/passwords/blocklist', list)).status).toBe(401)
    expect((await operator('PATCH /v1/system/passwords/blocklist', list)).status).toBe(204)
    const refused = await set('pAssword123')
    expect([refused.status, refused.body.details]).toEqual([400, { field: 'password' }])
    expect((await operator('DELETE /v1/system/passwords/blocklist', list)).status).toBe(204)
    expect((await set('pAssword123')).status).toBe(204)
  })
})

describe('passwords that expire', () => {
  const change = (body: object, headers = {}) => api.as(headers)('PATCH /v1/users/password/change', { body })

  test('are announced before, open nothing after, and are changed with what they still prove', async () => {
    const { email, signIn, putPolicy } = await newSomebody()
    await putPolicy({ expiryDurationInDays: 30, firstReminderInDays: 5 })
    const account = async () =>
      (await api.as({ Authorization: (await signIn()).body.Authorization })('GET /atrium/v1/account')).body.password
    await clock.advance(24 * dayMs)
    expect(await account()).toMatchObject({ isSet: true, isReminded: false })
    await clock.advance(2 * dayMs)
    expect((await account()).isReminded).toBe(true)
    await clock.advance(4 * dayMs)
    const expired = await signIn()
    expect([expired.status, expired.body.code]).toEqual([403, 'PasswordExpired'])
    expect(expired.body.message).toContain('/v1/users/password/change')
    expect(JSON.stringify(expired.body)).not.toContain('Authorization')
    expect((await signIn('wrong')).body.code, 'only the password tells').toBe('Unauthorized')

    const body = { emailId: email, currentPassword: password, newPassword: 'another horse' }
    expect((await change({ ...body, currentPassword: 'wrong' })).status).toBe(401)
    expect((await change({ ...body, newPassword: password })).body.details).toEqual({ field: 'newPassword' })
    expect((await change({ ...body, newPassword: 'x' })).body.details).toEqual({ field: 'newPassword' })
    expect((await change(body)).status).toBe(204)
    expect((await signIn()).status).toBe(401)
    expect((await signIn('another horse')).status).toBe(200)
    await clock.advance(30 * dayMs)
    expect((await signIn('another horse')).body.code).toBe('PasswordExpired')
  })

  test('of somebody with a second factor are changed after that factor was proven', async () => {
    const { email, signIn, putPolicy } = await newSomebody()
    const session = api.as({ Authorization: (await signIn()).body.Authorization })
    const code = (secret: string) => new TOTP({ secret: Key.fromBase32(secret) }).generate({ timestamp: clock.now() })
    const start = await session('POST /atrium/v1/account/mfa/totp/start', { body: { deviceName: 'phone', password } })
    const { secret } = start.body
    await session('POST /atrium/v1/account/mfa/totp/finish', { body: { code: code(secret) } })
    await putPolicy({ expiryDurationInDays: 30 })
    await clock.advance(30 * dayMs)

    const body = { emailId: email, currentPassword: password, newPassword: 'another horse' }
    expect((await change(body)).status, 'the password alone').toBe(401)
    const first = await signIn()
    expect(first.body.isMfa).toBe(true)
    const token = { Authorization: first.body.Authorization }
    expect((await change(body, token)).status, 'before the second step').toBe(401)
    const second = await api.as(token)('POST /atrium/v1/auth/mfa/code', { body: { code: code(secret) } })
    expect([second.status, second.body.code]).toEqual([403, 'PasswordExpired'])
    expect((await api.as(token)('GET /v1/users/info')).status, 'still no session').toBe(401)
    expect((await change(body, token)).status).toBe(204)
    expect((await change(body, token)).status, 'the token is used up').toBe(401)
    expect((await signIn('another horse')).body.isMfa).toBe(true)
  })

  test('are changed in the organisation that is named', async () => {
    const [one, two] = [await newSomebody(), await newSomebody()]
    const actor = { type: 'operator', uid: 'o', name: 'o' } as const
    await api.context.identity.updateUser({ tenant: two.tenant.uid, actor }, two.uid, { email: one.email })
    const body = { emailId: one.email, currentPassword: password, newPassword: 'another horse' }
    expect((await change(body)).status).toBe(401)
    expect((await change({ ...body, org: two.tenant.name })).status).toBe(204)
    const signIn = (org: string) => authenticate({ emailId: one.email, password, org })
    expect((await signIn(one.tenant.name)).status).toBe(200)
    expect((await signIn(two.tenant.name)).status).toBe(401)
  })
})

describe('links that set a password', () => {
  test('give a new user their first one, once', async () => {
    const { call, tenant } = await api.newTenant()
    const created = await call('POST /v1/users', { body: { spec: { emailId: 'new@example.com' } } })
    const { uid } = created.body
    const link = await call(`POST /atrium/v1/users/${uid}/passwordLink`)
    expect(link.status, link.text).toBe(201)
    expect(link.body.url).toMatch(/^https:\/\/plane\.test\/activate#[\w-]+\.[\w-]{43}$/)
    const token = tokenOf(link.body.url)
    const found = await api.as({})('POST /atrium/v1/links/find', { body: { token } })
    expect(found.body).toEqual({ email: 'new@example.com', organization: tenant.name, isFirst: true })
    const activate = (text: string) =>
      api.as({})(`PATCH /v1/auth/password/${token}/activate`, { body: { password: text } })
    const signIn = () => authenticate({ emailId: 'new@example.com', password, org: tenant.name })
    expect((await signIn()).status).toBe(401)
    expect((await activate('x')).body.details, 'a refused password leaves the link').toEqual({ field: 'password' })
    expect((await activate(password)).status).toBe(204)
    expect((await signIn()).status).toBe(200)
    expect((await activate('another horse')).status).toBe(401)
    expect(JSON.stringify(await asOwner('select * from audit_log where uid = $1', [uid]))).not.toContain(token)
  })

  test('replace a forgotten one, end sessions, and end themselves: after a day, by a newer one, by a change', async () => {
    const { uid, admin, signIn } = await newSomebody()
    const session = api.as({ Authorization: (await signIn()).body.Authorization })
    const newLink = async (): Promise<string> =>
      tokenOf((await admin(`POST /atrium/v1/users/${uid}/passwordLink`)).body.url)
    const follow = (token: string, end = 'reset') =>
      api.as({})(`PATCH /v1/auth/password/${token}/${end}`, { body: { password: 'another horse' } })
    const find = (token: string) => api.as({})('POST /atrium/v1/links/find', { body: { token } })
    const [first, second] = [await newLink(), await newLink()]
    expect((await find(second)).body.isFirst).toBe(false)
    const refused = await follow(first)
    expect(refused.status, 'a newer one').toBe(401)
    const others = [await find(first), await follow(second, 'activate')]
    expect(
      others.map(({ body }) => body.message),
      'one text for all of them',
    ).toEqual(others.map(() => refused.body.message))
    await clock.advance(dayMs)
    expect((await follow(second)).status, 'a day later').toBe(401)
    const third = await newLink()
    expect((await follow(third)).status).toBe(204)
    expect((await session('GET /v1/users/info')).status).toBe(401)
    expect((await signIn('another horse')).status).toBe(200)
    const fourth = await newLink()
    await admin(`PUT /atrium/v1/users/${uid}/password`, { body: { password } })
    expect((await follow(fourth)).status, 'the password was set meanwhile').toBe(401)
  })

  test('end when the user gets another e-mail address: they were handed to whoever had the former one', async () => {
    const { admin, uid } = await newSomebody()
    const newLink = async () => tokenOf((await admin(`POST /atrium/v1/users/${uid}/passwordLink`)).body.url)
    const use = async (token: string) =>
      (await api.as({})('POST /atrium/v1/links', { body: { token, password } })).status
    const former = await newLink()
    const spec = { firstName: 'Grace', emailId: `${uid}@example.com` }
    expect((await admin(`PUT /v1/users/${uid}`, { body: { spec } })).status).toBe(204)
    expect(await use(former)).toBe(401)
    const renewed = await newLink()
    expect((await admin(`PUT /v1/users/${uid}`, { body: { spec: { ...spec, firstName: 'G.' } } })).status).toBe(204)
    expect(await use(renewed)).toBe(200)
  })

  test('of two who use one at once, one sets the password', async () => {
    const { uid, admin } = await newSomebody()
    const token = tokenOf((await admin(`POST /atrium/v1/users/${uid}/passwordLink`)).body.url)
    const follow = (text: string) => api.as({})('POST /atrium/v1/links', { body: { token, password: text } })
    const answers = await Promise.all(['first horse', 'other horse', 'third horse'].map(follow))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
  })

  test('are made by whoever may change users, and by nobody for those who may do more', async () => {
    const { admin, uid, tenant, adminUid } = await newSomebody()
    const viewer = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
    const users = await api.newUser(tenant.uid, [{ role: 'Tenant User Admin' }])
    expect((await viewer.call(`POST /atrium/v1/users/${uid}/passwordLink`)).status).toBe(403)
    expect((await users.call(`POST /atrium/v1/users/${adminUid}/passwordLink`)).status).toBe(403)
    expect((await admin('POST /atrium/v1/users/nobody/passwordLink')).status).toBe(404)
  })
})

describe('one’s own password', () => {
  test('takes the present one, whatever its owner may do to others; so do one’s own second factors', async () => {
    const { adminUid, adminEmail, adminPassword, call } = await api.newTenant()
    const signed = await authenticate({ emailId: adminEmail, password: adminPassword.reveal() })
    const own = `/atrium/v1/users/${adminUid}`
    for (const caller of [call, api.as({ Authorization: signed.body.Authorization })]) {
      const refused = [
        await caller(`PUT ${own}/password`, { body: { password: 'of a thief' } }),
        await caller(`POST ${own}/passwordLink`),
        await caller(`DELETE ${own}/mfa`),
      ]
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403])
      expect(refused[0]?.body.message).toContain('/password/change')
    }
    const body = { currentPassword: adminPassword.reveal(), newPassword: 'another horse' }
    expect((await call(`PATCH /v1/users/${adminUid}/password/change`, { body })).status).toBe(204)
    expect((await authenticate({ emailId: adminEmail, password: 'another horse' })).status).toBe(200)
  })
})

describe('login banners', () => {
  test('are read before signing in: the organisation’s, else the installation’s, and the same for unknown ones', async () => {
    const { call, tenant } = await api.newTenant()
    const other = await api.newTenant()
    const operator = api.as({ Authorization: api.operatorToken })
    const banner = (org: string) => api.as({})('GET /atrium/v1/auth/banner', { query: { org } })
    const none = { Message: '', isEnabled: false, title: '' }
    expect((await banner(tenant.name)).body).toEqual(none)
    const own = { Message: 'For staff.', isEnabled: true, title: 'Mind' }
    expect((await call(`PUT /v1/tenants/${tenant.uid}/loginBanner`, { body: own })).status).toBe(204)
    expect((await banner(tenant.name)).body).toEqual(own)
    const everywhere = { Message: 'Watched.', isEnabled: true, title: '' }
    expect((await operator('PUT /v1/system/loginBanner', { body: everywhere })).status).toBe(204)
    expect((await banner(tenant.name)).body).toEqual(own)
    for (const org of [other.tenant.name, 'no such organisation', ''])
      expect((await banner(org)).body).toEqual(everywhere)
    expect((await api.as({})('GET /v1/system/loginBanner')).body).toEqual(everywhere)
    const long = { ...own, Message: 'x'.repeat(10_001) }
    const refused = await call(`PUT /v1/tenants/${tenant.uid}/loginBanner`, { body: long })
    expect([refused.status, refused.body.details]).toEqual([400, { field: 'Message' }])
    expect((await call('PUT /v1/system/loginBanner', { body: own })).status).toBe(401)
  })
})
