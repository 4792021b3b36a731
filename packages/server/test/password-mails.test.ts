import { inspect } from 'node:util'
import { tablesHolding } from '@atrium/dev-env/find-in-database.ts'
import { type ReceivedMail, startMailServer, type TestMailServer } from '@atrium/dev-env/mail-server.ts'
import { issueServerCertificate, type ServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { createMetrics } from '@atrium/server/metrics.ts'
import { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { newOperator } from './support/operators.ts'
import { mailRunner, publicUrl } from './support/outbox.ts'
import { newPerson, tokenOf } from './support/people.ts'

const minuteMs = 60_000
const login = { user: 'atrium', password: 'the password of the mail server' }
const refused = {
  'gone@example.com': { code: 550, text: '5.1.1 no such user' },
  'shy@example.com': { code: 550, text: '5.7.1 relaying denied' },
}
const clock = new ManualClock(Date.parse('2026-03-01T12:00:00Z'))
const lines: string[] = []
const record = (fields: object, message = ''): void => void lines.push(`${message} ${inspect(fields, { depth: 10 })}`)
const logger: Logger = { debug: record, info: record, warn: record, error: record, child: () => logger }

let certificate: ServerCertificate
let server: TestMailServer
let api: TestApi
let machine: Caller
let runMail: () => Promise<number>
let owner: pg.Client
beforeAll(async () => {
  certificate = await issueServerCertificate()
  server = await startMailServer({ certificate, login, refused })
  const mail = { alsoTrusted: certificate.caPem, limits: { answerMs: 5_000, wholeMs: 10_000 } }
  api = await openTestApi({ clock, logger, publicUrl, mail, egressAllowedRanges: ['127.0.0.1/32'] })
  machine = api.as({ Authorization: api.operatorToken })
  runMail = mailRunner(api, logger)
  owner = new pg.Client({ connectionString: api.ownerUrl })
  await owner.connect()
})
beforeEach(async () => {
  await setServer()
  await owner.query(`delete from mails; delete from work_queue where kind = 'Mail'`)
  server.received.splice(0)
  // What was asked for before is long ago.
  await clock.advance(60 * minuteMs)
})
afterAll(async () => {
  await owner.end()
  await server.stop()
  await api.close()
})

const setServer = (): Promise<void> =>
  succeed(machine, 'PUT /v1/system/config/smtp', {
    ...{ smtpServer: '127.0.0.1', smtpPort: server.port, fromEmailId: 'atrium@example.com' },
    ...{ userName: login.user, password: login.password },
  })
const noServer = (): Promise<void> => succeed(machine, 'PUT /v1/system/config/smtp', {})

const forgot = (emailId: string, route = 'POST /v1/auth/user/password/reset'): Promise<Answer> =>
  api.as({})(route, { body: { emailId } })
const mails = async () => (await machine('GET /atrium/v1/system/mails')).body
const metrics = (): Promise<string> => {
  const { store, identity } = api.context
  if (!(store instanceof PostgresStore)) throw new Error('the API is on another store')
  return createMetrics({ store, identity, link: { connections: () => 0 } }).registry.metrics()
}
const countRows = async (): Promise<number> => (await owner.query('select from mails')).rowCount ?? 0

/** The link in a mail. */
function linkIn(mail: ReceivedMail | undefined): string {
  const [link = ''] = mail?.text.match(/^https:\/\/\S+$/m) ?? []
  expect(link, mail?.text).toMatch(/^https:\/\/plane\.example\.com:8443\/activate#[\w.-]{50,}$/)
  return link
}
const use = (link: string, password = 'of their own choice'): Promise<Answer> =>
  api.as({})('POST /atrium/v1/links', { body: { token: tokenOf(link), password } })

describe('a forgotten password', () => {
  test('is set anew by a link that comes by mail, which tells who asked, for what and until when', async () => {
    const person = await newPerson(api)
    expect((await forgot(` ${person.email.toUpperCase()}`)).status).toBe(204)
    expect(await runMail()).toBe(0)
    const [mail] = server.received
    expect(mail).toMatchObject({ from: 'atrium@example.com', to: [person.email] })
    expect(mail?.headers).toEqual(
      expect.arrayContaining([
        'From: Atrium <atrium@example.com>',
        `To: ${person.email}`,
        `Subject: Atrium: set a new password for '${person.tenant.name}'`,
        'Auto-Submitted: auto-generated',
      ]),
    )
    const until = new Date(clock.now() + 24 * 60 * minuteMs).toUTCString()
    for (const part of [person.tenant.name, '127.0.0.1', until, 'If it was not you']) expect(mail?.text).toContain(part)
    expect((await use(linkIn(mail))).body).toEqual({ email: person.email, organization: person.tenant.name })
    expect((await person.signIn('of their own choice')).status).toBe(200)
    expect(await countRows()).toBe(0)
    const record = await owner.query<{ message: string }>(
      `select message from audit_log where action = 'mailPasswordLink' and uid = $1`,
      [person.uid],
    )
    expect(record.rows[0]?.message).toContain('somebody at 127.0.0.1 asked for it')
  })

  test('is nobody’s, of an unknown, disabled or closed account: same answer, same work, no mail', async () => {
    const [known, disabled, closed] = [await newPerson(api), await newPerson(api), await newPerson(api)]
    const scope = { tenant: disabled.tenant.uid, actor: { type: 'operator', uid: 'o', name: 'o' } } as const
    await api.context.identity.updateUser(scope, disabled.uid, { isActive: false })
    await succeed(machine, `POST /atrium/v1/tenants/${closed.tenant.uid}/disable`)
    const told = new Set<string>()
    for (const email of [known.email, 'nobody@example.com', disabled.email, closed.email]) {
      const { status, text } = await forgot(email)
      told.add(JSON.stringify([status, text]))
    }
    expect([...told]).toEqual([JSON.stringify([204, ''])])
    const left = await owner.query(`select tenant, purpose, ciphertext, attempts from mails`)
    expect(left.rows).toEqual(Array(4).fill({ tenant: 'system', purpose: 'findUser', ciphertext: null, attempts: 0 }))
    expect(await runMail()).toBe(0)
    expect(server.received.map(({ to }) => to)).toEqual([[known.email]])
    expect((await forgot('no address')).status).toBe(400)
  })

  test('brings a link of each organisation that knows the address', async () => {
    const [one, other] = [await api.newTenant(), await api.newTenant()]
    for (const { call } of [one, other]) await made(call, 'POST /v1/users', { spec: { emailId: 'both@example.com' } })
    await owner.query(`delete from mails`)
    await clock.advance(10 * minuteMs)
    await forgot('both@example.com')
    await runMail()
    const links = server.received.map((mail) => linkIn(mail))
    const used = await Promise.all(links.map((link) => use(link)))
    const names = used.map(({ body }) => body.organization as string)
    expect(names.toSorted()).toEqual([one.tenant.name, other.tenant.name].toSorted())
  })

  test('is asked for once in five minutes, and refused when it is asked for too often, whoever has the address', async () => {
    const person = await newPerson(api)
    for (let round = 0; round < 3; round += 1) {
      await forgot(person.email)
      await runMail()
    }
    expect(server.received).toHaveLength(1)
    await clock.advance(6 * minuteMs)
    await forgot(person.email)
    await runMail()
    expect(server.received).toHaveLength(2)
    expect((await use(linkIn(server.received[0]))).status).toBe(401)
    for (const address of [person.email, 'stranger@example.com']) {
      let answer = await forgot(address)
      for (let more = 0; more < 8 && answer.status === 204; more += 1) answer = await forgot(address)
      expect([answer.status, answer.body.code]).toEqual([429, 'TooManyRequests'])
      expect(answer.body.details.retryAfterSeconds).toBeGreaterThan(0)
    }
  })

  test('of an operator brings a link by the operators’ operation alone', async () => {
    const { email } = await newOperator(api, 'AccountAdmin')
    await forgot(email)
    expect([await runMail(), server.received]).toEqual([0, []])
    const route = 'POST /v1/system/users/password/reset'
    expect([(await forgot(email, route)).status, (await forgot('none@example.com', route)).status]).toEqual([204, 204])
    await clock.advance(10 * minuteMs)
    await runMail()
    expect(server.received.map(({ to }) => to)).toEqual([[email]])
    expect(server.received[0]?.text).toContain('as an operator of this installation')
    const path = `PATCH /v1/system/users/password/${tokenOf(linkIn(server.received[0]))}/reset`
    await succeed(api.as({}), path, { password: 'another one' })
    const signedIn = await api.as({})('POST /atrium/v1/system/sign-in', { body: { email, password: 'another one' } })
    expect(signedIn.status).toBe(200)
  })
})

describe('an administrator', () => {
  test('sends a link to another user, by uid or e-mail; a newer one voids the older', async () => {
    const { admin, email, uid } = await newPerson(api)
    await succeed(admin, `PATCH /v1/users/${uid}/password/reset`)
    await runMail()
    await succeed(admin, 'PATCH /v1/users/password/reset', { emailId: email.toUpperCase() })
    await runMail()
    const [older, newer] = server.received.map((mail) => linkIn(mail))
    expect(server.received[0]?.text).toMatch(/^admin@tenant-\d+\.local \(key first\) asks you to set a new password/)
    expect((await use(older ?? '')).status).toBe(401)
    expect((await use(newer ?? '')).status).toBe(200)
    expect(await codeOf(admin, 'PATCH /v1/users/password/reset', { emailId: 'none@example.com' })).toBe('UserNotFound')
  })

  test('gets none for themselves, nor for who may do more; nor decides alone where their own go', async () => {
    const { admin, adminUid, adminEmail, call, uid } = await newPerson(api)
    expect(await codeOf(admin, `PATCH /v1/users/${adminUid}/password/reset`)).toBe('Forbidden')
    expect(await codeOf(admin, 'PATCH /v1/users/password/reset', { emailId: adminEmail })).toBe('Forbidden')
    expect(await codeOf(call, `PATCH /v1/users/${adminUid}/password/reset`)).toBe('Forbidden')
    const moved = { spec: { emailId: 'elsewhere@example.com' } }
    expect(await codeOf(admin, `PUT /v1/users/${adminUid}`, moved)).toBe('Forbidden')
    await succeed(admin, `PUT /v1/users/${adminUid}`, { spec: { emailId: adminEmail, firstName: 'Ada' } })
    await succeed(admin, `PUT /v1/users/${uid}`, { spec: { emailId: 'moved@example.com' } })
    await noServer()
    await succeed(admin, `PUT /v1/users/${adminUid}`, moved)
  })

  test('makes a user, who sets their first password by the link that is mailed', async () => {
    const { call } = await api.newTenant()
    const uid = await made(call, 'POST /v1/users', { spec: { emailId: 'new@example.com', firstName: 'N' } })
    await runMail()
    expect(server.received[0]?.text).toContain('made an account for new@example.com')
    const path = `PATCH /v1/auth/password/${tokenOf(linkIn(server.received[0]))}/activate`
    await succeed(api.as({}), path, { password: 'the first one' })
    expect((await call(`GET /v1/users/${uid}`)).body.status.isActive).toBe(true)
  })

  test('whose user goes, or moves to another address, sends them nothing', async () => {
    const { call } = await api.newTenant()
    const gone = await made(call, 'POST /v1/users', { spec: { emailId: 'leaves@example.com' } })
    await succeed(call, `DELETE /v1/users/${gone}`)
    const moved = await made(call, 'POST /v1/users', { spec: { emailId: 'former@example.com' } })
    await succeed(call, `PUT /v1/users/${moved}`, { spec: { emailId: 'present@example.com' } })
    expect([await runMail(), server.received, await countRows()]).toEqual([0, [], 0])
  })

  test('of the installation sends operators their first link or another one', async () => {
    const body = { email: 'op@example.com', role: 'AccountAdmin' }
    const { operator } = (await machine('POST /atrium/v1/system/operators', { body })).body
    await succeed(machine, `PUT /v1/system/admins/${operator.uid}/passwordResetLink`)
    await runMail()
    const path = `PATCH /v1/system/admins/auth/password/${tokenOf(linkIn(server.received[0]))}/activate`
    await succeed(api.as({}), path, { password: 'the first one' })
    const { call, uid } = await newOperator(api, 'RootAdmin')
    expect(await codeOf(call, `PUT /v1/system/admins/${uid}/passwordResetLink`)).toBe('Forbidden')
  })
})

describe('without a mail server', () => {
  test('what promises a mail says what to do, and nothing about who there is; users are made as ever', async () => {
    const { admin, email, uid } = await newPerson(api)
    await noServer()
    const answers = [
      await admin(`PATCH /v1/users/${uid}/password/reset`),
      await forgot(email),
      await forgot('nobody@example.com'),
      await forgot('nobody@example.com', 'POST /v1/system/users/password/reset'),
    ]
    const told = answers.map(({ status, body }) => [status, body.code, body.message])
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(told[0]).toEqual([409, 'InvalidState', expect.stringContaining('PUT /v1/system/config/smtp')])
    await made(admin, 'POST /v1/users', { spec: { emailId: 'quiet@example.com' } })
    expect([await countRows(), await runMail(), server.received]).toEqual([0, 0, []])
  })
})

describe('mail that waits', () => {
  test('goes when the server is back; meanwhile the operator reads why, and its link lies sealed', async () => {
    const { admin, email, uid, tenant } = await newPerson(api)
    const { port } = server
    await server.stop()
    await succeed(admin, `PATCH /v1/users/${uid}/password/reset`)
    expect([await runMail(), await runMail()]).toEqual([1, 1])
    const waiting = await mails()
    expect(waiting).toMatchObject({ isSet: true, waiting: 1, failed: 0 })
    expect(waiting.items).toEqual([
      {
        ...{ tenant: tenant.name, purpose: 'reset', recipient: email, state: 'waiting', attempts: 2, endedAt: null },
        ...{ createdAt: waiting.oldestWaitingAt, nextAt: expect.any(String) },
        problem: expect.stringContaining('ECONNREFUSED'),
      },
    ])
    server = await startMailServer({ certificate, login, refused, port })
    // Its row as it was while it waited.
    await owner.query('create table mails_then as select * from mails where ciphertext is not null')
    expect((await owner.query('select from mails_then')).rowCount).toBe(1)
    try {
      expect(await runMail()).toBe(0)
      const token = tokenOf(linkIn(server.received[0]))
      expect(await tablesHolding(api.ownerUrl, [token])).toEqual([])
      expect(lines.join('\n')).not.toContain(token)
    } finally {
      await owner.query('drop table mails_then')
    }
    expect(await mails()).toMatchObject({ waiting: 0, failed: 0, oldestWaitingAt: null, items: [] })
  })

  test('is given up at once for an address that is refused for good, and its link is gone', async () => {
    const { call } = await api.newTenant()
    for (const emailId of Object.keys(refused)) await made(call, 'POST /v1/users', { spec: { emailId } })
    await runMail()
    const { waiting, failed, items } = await mails()
    expect([waiting, failed]).toEqual([1, 1])
    expect(await metrics()).toMatch(/^atrium_mails\{state="waiting"\} 1\natrium_mails\{state="failed"\} 1$/m)
    const [gone, shy] = ['gone@example.com', 'shy@example.com'].map((recipient) =>
      items.find((one: { recipient: string }) => one.recipient === recipient),
    )
    expect(gone).toMatchObject({ state: 'failed', problem: expect.stringContaining('550 5.1.1 no such user') })
    expect(shy).toMatchObject({ state: 'waiting', problem: expect.stringContaining('550 5.7.1') })
    const sealed = await owner.query(
      `select from mails where recipient = 'gone@example.com' and ciphertext is not null`,
    )
    expect(sealed.rowCount).toBe(0)
  })

  test('is shown to root administrators alone', async () => {
    const { call } = await newOperator(api, 'AccountAdmin')
    const { call: admin } = await api.newTenant()
    const route = 'GET /atrium/v1/system/mails'
    expect([(await call(route)).status, (await admin(route)).status]).toEqual([403, 401])
  })

  test('writes no header by a name, and its server’s password is in no log', async () => {
    const name = 'acme\r\nBcc: eve@example.com'
    const system = { type: 'system', uid: 's', name: 's' } as const
    const { uid: tenant } = await api.context.identity.createTenant(name, system)
    const actor = { type: 'user', uid: 'u', name: 'ada\r\nBcc: eve@example.com' } as const
    const user = { email: 'victim@example.com', firstName: 'V', lastName: '', isInvited: true }
    await api.context.identity.createUser({ tenant, actor }, user)
    await runMail()
    const [mail] = server.received
    expect(mail?.to).toEqual(['victim@example.com'])
    expect(mail?.headers.filter((line) => /^bcc/i.test(line))).toEqual([])
    expect(mail?.text).not.toMatch(/^Bcc/m)
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.join('\n')).not.toContain(login.password)
  })
})
