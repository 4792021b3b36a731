import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret as Key, TOTP } from 'otpauth'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'
import { Authenticator } from './support/authenticator.ts'
import { newPerson, password } from './support/people.ts'

const clock = new ManualClock(Date.parse('2026-03-01T12:00:00Z'))
const stepMs = 30_000
const finishPath = 'POST /atrium/v1/auth/mfa/code'
let api: TestApi
beforeAll(async () => {
  api = await openTestApi({ clock })
})
afterAll(() => api.close())

/** Code of an app at this moment. */
const codeOf = (secret: string): string =>
  new TOTP({ secret: Key.fromBase32(secret) }).generate({ timestamp: clock.now() })

async function newSomebody() {
  const { tenant, ...person } = await newPerson(api)
  return { ...person, tenant: tenant.uid }
}

const asToken = ({ body }: Answer): Caller => api.as({ Authorization: body.Authorization })

async function enrolApp(session: Caller, deviceName = 'phone') {
  const { body } = await session('POST /atrium/v1/account/mfa/totp/start', { body: { deviceName, password } })
  const done = await session('POST /atrium/v1/account/mfa/totp/finish', { body: { code: codeOf(body.secret) } })
  expect(done.status, done.text).toBe(200)
  await clock.advance(stepMs)
  return { secret: body.secret as string, recoveryCodes: done.body.recoveryCodes as string[] }
}

async function withApp() {
  const somebody = await newSomebody()
  const session = asToken(await somebody.signIn())
  return { ...somebody, session, ...(await enrolApp(session)) }
}

const isSession = async (answer: Answer): Promise<boolean> =>
  (await asToken(answer)('GET /v1/users/info')).status === 200

describe('codes of an app', () => {
  test('are asked for after the password, whose token opens nothing by itself', async () => {
    const { signIn, secret, session } = await withApp()
    expect((await session('GET /v1/users/mfa/devices')).body).toMatchObject([{ deviceName: 'phone' }])
    const first = await signIn()
    expect([first.status, first.body.isMfa]).toEqual([200, true])
    expect(await isSession(first)).toBe(false)
    expect((await api.as({})(`GET /v1/auth/refresh/${first.body.Authorization}`)).status).toBe(401)
    expect((await asToken(first)('GET /v1/auth/mfa/devices')).body).toMatchObject([{ deviceName: 'phone' }])
    const second = await asToken(first)(finishPath, { body: { code: codeOf(secret) } })
    expect([second.status, second.body.isMfa]).toEqual([200, false])
    expect(await isSession(second)).toBe(true)
  })

  test('are good once, for one sign-in, and for a short time', async () => {
    const { signIn, secret } = await withApp()
    const code = codeOf(secret)
    const [one, two] = [await signIn(), await signIn()]
    expect((await asToken(one)(finishPath, { body: { code } })).status).toBe(200)
    expect((await asToken(two)(finishPath, { body: { code } })).status).toBe(401)
    await clock.advance(stepMs)
    const next = { body: { code: codeOf(secret) } }
    expect((await asToken(one)(finishPath, next)).status, 'the first sign-in is complete').toBe(401)
    await clock.advance(2 * stepMs)
    expect((await asToken(two)(finishPath, next)).status, 'too late').toBe(401)
    const late = await signIn()
    await clock.advance(5 * 60_000)
    expect((await asToken(late)(finishPath, { body: { code: codeOf(secret) } })).status).toBe(401)
  })

  test('of many sent at once, with one code, one opens a session', async () => {
    const { signIn, secret } = await withApp()
    const first = await signIn()
    const tries = Array.from({ length: 8 }, () => asToken(first)(finishPath, { body: { code: codeOf(secret) } }))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  })

  test('cannot be guessed: tries are counted for the user, on every server and for every sign-in', async () => {
    const { signIn, secret } = await withApp()
    const other = await api.another()
    const wrong = String((Number(codeOf(secret)) + 500_000) % 1_000_000).padStart(6, '0')
    for (let guess = 0; guess < 5; guess += 1) {
      const { body } = await signIn()
      const on = guess % 2 === 0 ? api : other
      const answer = await on.as({ Authorization: body.Authorization })(finishPath, { body: { code: wrong } })
      expect([answer.status, answer.body.details]).toEqual([401, null])
    }
    const right = { body: { code: codeOf(secret) } }
    const refused = await other.as({ Authorization: (await signIn()).body.Authorization })(finishPath, right)
    expect(refused.body.details.retryAfterSeconds).toBeGreaterThan(0)
    await clock.advance(refused.body.details.retryAfterSeconds * 1000)
    expect((await asToken(await signIn())(finishPath, { body: { code: codeOf(secret) } })).status).toBe(200)
  })

  test('are not asked of API keys', async () => {
    const { call, tenant } = await api.newTenant()
    await call(`PUT /atrium/v1/tenants/${tenant.uid}/mfa`, { body: { isRequired: true } })
    expect((await call('GET /v1/users/info')).status).toBe(200)
  })

  test('come from a secret that lies sealed in the database, and recovery codes from none', async () => {
    const { secret, recoveryCodes, uid } = await withApp()
    const client = new pg.Client({ connectionString: api.ownerUrl })
    await client.connect()
    try {
      const { rows } = await client.query(
        `select f.*, (select array_agg(r.hash) from recovery_codes r where r.user_uid = f.user_uid) as codes
         from factors f where f.user_uid = $1`,
        [uid],
      )
      const plain = Buffer.from(Key.fromBase32(secret).bytes)
      expect(rows).toHaveLength(1)
      expect(rows[0].ciphertext.includes(plain)).toBe(false)
      expect(rows[0].codes).toHaveLength(recoveryCodes.length)
      expect(JSON.stringify(rows)).not.toContain(recoveryCodes[0])
    } finally {
      await client.end()
    }
  })
})

describe('recovery codes', () => {
  test('stand in for the app once each, however they are typed', async () => {
    const { signIn, recoveryCodes, session } = await withApp()
    expect(recoveryCodes).toHaveLength(10)
    const code = ` ${recoveryCodes[0]?.toUpperCase().replaceAll('-', ' ')}`
    expect((await asToken(await signIn())(finishPath, { body: { code } })).status).toBe(200)
    expect((await asToken(await signIn())(finishPath, { body: { code } })).status).toBe(401)
    expect((await session('GET /atrium/v1/account')).body.mfa.recoveryCodesLeft).toBe(9)
  })

  test('are made anew with the password, and the former ones are worth nothing', async () => {
    const { signIn, recoveryCodes, session } = await withApp()
    const path = 'POST /atrium/v1/account/mfa/recoveryCodes'
    expect((await session(path)).body.details).toEqual({ field: 'password' })
    const renewed = await session(path, { body: { password } })
    expect(renewed.body.recoveryCodes).toHaveLength(10)
    const former = await asToken(await signIn())(finishPath, { body: { code: recoveryCodes[1] } })
    expect(former.status).toBe(401)
    const fresh = await asToken(await signIn())(finishPath, { body: { code: renewed.body.recoveryCodes[1] } })
    expect(fresh.status).toBe(200)
  })
})

describe('second factors', () => {
  test('are changed with a session and the password, and with nothing less', async () => {
    const { session, signIn, email, tenant } = await withApp()
    const start = 'POST /atrium/v1/account/mfa/totp/start'
    const wrong = await session(start, { body: { deviceName: 'other', password: 'a guess' } })
    expect(wrong.status).toBe(401)
    expect((await session(start, { body: { deviceName: 'other' } })).body.details).toEqual({ field: 'password' })
    expect((await session(start, { body: { deviceName: 'phone', password } })).status).toBe(409)
    expect((await session(start, { body: { deviceName: 'a/b', password } })).status).toBe(400)
    const half = asToken(await signIn())
    expect((await half(start, { body: { deviceName: 'other', password } })).status, 'the second step is missing').toBe(
      401,
    )
    const key = await api.newUser(tenant, [])
    expect((await key.call(start, { body: { deviceName: 'other', password } })).status).toBe(401)
    expect((await session('DELETE /v1/users/mfa/devices/phone')).status).toBe(400)
    expect((await session('DELETE /v1/users/mfa/devices/none', { body: { password } })).status).toBe(404)
    expect((await session('DELETE /v1/users/mfa/devices/phone', { body: { password } })).status).toBe(204)
    expect((await signIn()).body.isMfa, email).toBe(false)
    expect((await session('GET /atrium/v1/account')).body.mfa).toEqual({
      isRequired: false,
      devices: [],
      recoveryCodesLeft: 0,
    })
  })

  test('do not count before their first code was right', async () => {
    const { signIn } = await newSomebody()
    const session = asToken(await signIn())
    await session('POST /atrium/v1/account/mfa/totp/start', { body: { deviceName: 'phone', password } })
    const wrong = await session('POST /atrium/v1/account/mfa/totp/finish', { body: { code: '12345x' } })
    expect([wrong.status, wrong.body.details]).toEqual([400, { field: 'code' }])
    expect((await signIn()).body.isMfa).toBe(false)
  })

  test('are at most ten', async () => {
    const { session } = await withApp()
    for (let count = 1; count < 10; count += 1) await enrolApp(session, `phone ${count}`)
    const body = { deviceName: 'one more', password }
    const more = await session('POST /atrium/v1/account/mfa/totp/start', { body })
    expect([more.status, more.body.code]).toEqual([409, 'ResourceLimitReached'])
  })

  test('are taken from somebody who lost them, by whoever may change users; every session ends, audited', async () => {
    const { session, signIn, uid, admin, tenant } = await withApp()
    const viewer = await api.newUser(tenant, [{ role: 'Tenant Viewer' }])
    expect((await viewer.call(`DELETE /atrium/v1/users/${uid}/mfa`)).status).toBe(403)
    expect((await admin(`DELETE /atrium/v1/users/${uid}/mfa`)).status).toBe(204)
    expect((await session('GET /v1/users/info')).status).toBe(401)
    const after = await signIn()
    expect(after.body.isMfa).toBe(false)
    expect(await isSession(after)).toBe(true)
    expect(await auditOf(uid)).toEqual(expect.arrayContaining(['addFactor', 'resetFactors', 'signIn']))
  })

  test('that an organisation asks for end what was opened without one: it is not renewed', async () => {
    const { admin, tenant, signIn } = await newSomebody()
    const { Authorization } = (await signIn()).body
    await admin(`PUT /atrium/v1/tenants/${tenant}/mfa`, { body: { isRequired: true } })
    const renew = (token: string) => api.as({})(`GET /v1/auth/refresh/${token}`)
    expect((await renew(Authorization)).status).toBe(401)
    const session = api.as({ Authorization })
    expect((await session('GET /v1/users/info')).status, 'it goes on to its own end').toBe(200)
    await enrolApp(session)
    expect((await renew(Authorization)).status).toBe(200)
  })

  test('that an organisation asks for are enrolled when somebody without one signs in', async () => {
    const { signIn, admin, tenant } = await newSomebody()
    const path = `/atrium/v1/tenants/${tenant}/mfa`
    expect((await admin(`PUT ${path}`, { body: { isRequired: true } })).status).toBe(204)
    expect((await admin(`GET ${path}`)).body).toEqual({ isRequired: true })
    const first = await signIn()
    expect(first.body.isMfa).toBe(true)
    const waiting = asToken(first)
    expect((await waiting(finishPath, { body: { code: '123456' } })).status).toBe(401)
    const { body } = await waiting('POST /atrium/v1/account/mfa/totp/start', { body: { deviceName: 'phone' } })
    const code = codeOf(body.secret)
    const done = await waiting('POST /atrium/v1/account/mfa/totp/finish', { body: { code } })
    expect(await isSession(done)).toBe(true)
    const again = asToken(await signIn())
    const second = { body: { deviceName: 'second' } }
    expect((await again('POST /atrium/v1/account/mfa/totp/start', second)).status, 'one is there now').toBe(401)
  })
})

describe('authenticators', () => {
  const origin = 'https://plane.test'
  const registerStart = 'POST /v1/users/mfa/register/device/start'
  const registerFinish = 'POST /v1/users/mfa/register/device/finish'
  const signStart = 'POST /atrium/v1/auth/mfa/device/start'
  const signFinish = 'POST /atrium/v1/auth/mfa/device/finish'

  async function withKey() {
    const somebody = await newSomebody()
    const session = asToken(await somebody.signIn())
    const authenticator = new Authenticator(origin)
    const start = await session(registerStart, { body: { deviceName: 'key', password } })
    expect(start.status, start.text).toBe(200)
    const answer = { ...authenticator.register(start.body.publicKey), deviceName: 'key' }
    const finish = await session(registerFinish, { body: answer })
    expect(finish.status, finish.text).toBe(204)
    return { ...somebody, session, authenticator, answer }
  }

  test('are registered, and sign the second step of a sign-in', async () => {
    const { signIn, authenticator, session } = await withKey()
    expect((await session('GET /v1/users/mfa/devices/key')).body.deviceName).toBe('key')
    const first = await signIn()
    expect(first.body.isMfa).toBe(true)
    const waiting = asToken(first)
    const { publicKey } = (await waiting(signStart)).body
    expect(publicKey).toMatchObject({ rpId: 'plane.test', allowCredentials: [{ type: 'public-key' }] })
    const done = await waiting(signFinish, { body: authenticator.sign(publicKey) })
    expect(done.status, done.text).toBe(200)
    expect(await isSession(done)).toBe(true)
  })

  test('that an organisation asks for are registered when somebody signs in, and sign that sign-in', async () => {
    const { signIn, admin, tenant } = await newSomebody()
    await admin(`PUT /atrium/v1/tenants/${tenant}/mfa`, { body: { isRequired: true } })
    const waiting = asToken(await signIn())
    const authenticator = new Authenticator(origin)
    const { publicKey } = (await waiting(registerStart, { body: { deviceName: 'key' } })).body
    const answer = { ...authenticator.register(publicKey), deviceName: 'key' }
    expect((await waiting(registerFinish, { body: answer })).status).toBe(204)
    expect((await waiting(registerStart, { body: { deviceName: 'two' } })).status, 'one is there now').toBe(401)
    const asked = (await waiting(signStart)).body.publicKey
    expect(await isSession(await waiting(signFinish, { body: authenticator.sign(asked) }))).toBe(true)
  })

  test.each([
    ['at another address', { origin: 'https://plane.test.evil.example' }],
    ['for another server', { rpId: 'evil.example' }],
  ])('are not registered %s', async (_, signing) => {
    const { signIn } = await newSomebody()
    const session = asToken(await signIn())
    const { publicKey } = (await session(registerStart, { body: { deviceName: 'key', password } })).body
    const answer = new Authenticator(origin).register(publicKey, signing)
    const finish = await session(registerFinish, { body: { ...answer, deviceName: 'key' } })
    expect([finish.status, finish.body.code]).toEqual([400, 'InvalidRequest'])
    expect((await signIn()).body.isMfa).toBe(false)
  })

  test('are registered once per challenge, by whoever began it', async () => {
    const { session, answer } = await withKey()
    const again = await session(registerFinish, { body: { ...answer, deviceName: 'key' } })
    expect(again.status).toBe(400)
    const other = asToken(await (await newSomebody()).signIn())
    const begun = (await session(registerStart, { body: { deviceName: 'two', password } })).body.publicKey
    expect(begun.excludeCredentials).toHaveLength(1)
    const theirs = new Authenticator(origin).register(begun)
    expect((await other(registerFinish, { body: { ...theirs, deviceName: 'two' } })).status).toBe(400)
  })

  test.each([
    ['at another address', { origin: 'https://plane.test.evil.example' }],
    ['for another server', { rpId: 'evil.example' }],
    ['with a counter that does not rise', { count: 1 }],
  ])('sign nobody in %s', async (_, signing) => {
    const { signIn, authenticator } = await withKey()
    const good = asToken(await signIn())
    const { publicKey } = (await good(signStart)).body
    expect((await good(signFinish, { body: authenticator.sign(publicKey) })).status).toBe(200)
    const waiting = asToken(await signIn())
    const next = (await waiting(signStart)).body.publicKey
    const refused = await waiting(signFinish, { body: authenticator.sign(next, signing) })
    expect(refused.status).toBe(401)
  })

  test('sign each challenge once, right or wrong, and none of another sign-in', async () => {
    const { signIn, authenticator } = await withKey()
    const waiting = asToken(await signIn())
    const { publicKey } = (await waiting(signStart)).body
    const signed = authenticator.sign(publicKey)
    const changed = { ...signed, response: { ...signed.response, signature: 'AAAA' } }
    expect((await waiting(signFinish, { body: changed })).status).toBe(401)
    expect((await waiting(signFinish, { body: signed })).status, 'the challenge is used up').toBe(401)
    const other = asToken(await signIn())
    await other(signStart)
    expect((await other(signFinish, { body: signed })).status).toBe(401)
  })
})

/** What the audit record holds about a user. */
async function auditOf(uid: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: api.ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ action: string }>('select action from audit_log where uid = $1', [uid])
    return rows.map(({ action }) => action)
  } finally {
    await client.end()
  }
}
