import { createServer } from 'node:net'
import { tablesHolding } from '@atrium/dev-env/find-in-database.ts'
import { type MailServerOptions, startMailServer } from '@atrium/dev-env/mail-server.ts'
import { issueServerCertificate, type ServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { codeOf, succeed } from './support/calls.ts'
import { newOperator } from './support/operators.ts'
import { publicUrl } from './support/outbox.ts'

const put = 'PUT /v1/system/config/smtp'
const get = 'GET /v1/system/config/smtp'
const validate = 'PUT /v1/system/config/smtp/validate'
const login = { user: 'atrium', password: 'the password of the mail server' }

let certificate: ServerCertificate
let api: TestApi
let machine: Caller
const stops: (() => Promise<void>)[] = []
beforeAll(async () => {
  certificate = await issueServerCertificate()
  const mail = { alsoTrusted: certificate.caPem, limits: { answerMs: 500, wholeMs: 5_000 } }
  api = await openTestApi({ publicUrl, mail, egressAllowedRanges: ['127.0.0.1/32'] })
  machine = api.as({ Authorization: api.operatorToken })
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  await succeed(machine, put, {})
})
afterAll(() => api.close())

async function start(options: Partial<MailServerOptions> = {}): Promise<number> {
  const server = await startMailServer({ certificate, ...options })
  stops.push(server.stop)
  return server.port
}

const specFor = (smtpPort: number, more: object = {}): object => ({
  ...{ smtpServer: '127.0.0.1', smtpPort, fromEmailId: 'atrium@example.com' },
  ...{ userName: login.user, password: login.password, ...more },
})

/** What the operator is told; '' = the server is as it should be. */
async function problemOf(spec: object): Promise<string> {
  const { status, body } = await machine(validate, { body: spec })
  if (status === 204) return ''
  expect([status, body.code, body.details]).toEqual([400, 'InvalidRequest', { field: 'smtpServer' }])
  return body.message
}

describe('settings of the mail server', () => {
  test('are an operator’s, and never tell the password, which lies nowhere in clear', async () => {
    expect((await machine(get)).body).toEqual({})
    await succeed(machine, put, specFor(2525))
    const shown = { smtpServer: '127.0.0.1', smtpPort: 2525, userName: 'atrium', fromEmailId: 'atrium@example.com' }
    const { text, body } = await machine(get)
    expect(body).toEqual({ ...shown, insecureSkipVerifyTls: false })
    expect(text).not.toContain(login.password)
    expect(await tablesHolding(api.ownerUrl, ['atrium@example.com'])).toContain('settings')
    expect(await tablesHolding(api.ownerUrl, [login.password])).toEqual([])
    const audit = await machine('GET /atrium/v1/system/audit')
    expect(audit.body.items[0]).toMatchObject({ kind: 'Settings', message: 'set the mail server 127.0.0.1:2525' })
  })

  test('are those of root administrators alone: whoever sets the server reads every link', async () => {
    const { call: admin } = await api.newTenant()
    const statuses = [await api.as({})(get), await admin(get), await admin(put, { body: specFor(25) })]
    for (const role of ['AccountAdmin', 'OperationAdmin', 'RootAdmin']) {
      statuses.push(await (await newOperator(api, role)).call(get))
    }
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401, 403, 403, 200])
  })

  test('keep the password for the same login, and ask for it for any other', async () => {
    const port = await start({ login })
    await succeed(machine, put, specFor(port))
    const again = specFor(port, { password: '********', fromEmailId: 'other@example.com' })
    await succeed(machine, put, again)
    expect(await problemOf({ ...again, password: undefined })).toBe('')
    for (const other of [{ smtpPort: port + 1 }, { userName: 'root' }, { smtpServer: 'elsewhere.example.com' }]) {
      const { status, body } = await machine(put, { body: { ...again, ...other } })
      expect([status, body.details]).toEqual([400, { field: 'password' }])
      expect(await codeOf(machine, validate, { ...again, ...other })).toBe('InvalidRequest')
    }
  })

  test.each([
    [{ smtpServer: 'http://mail.example.com' }, 'smtpServer'],
    [{ smtpServer: 'mail.example.com\r\nQUIT' }, 'smtpServer'],
    [{ smtpPort: 70_000 }, 'smtpPort'],
    [{ fromEmailId: 'nobody' }, 'fromEmailId'],
    [{ fromEmailId: 'a@example.com\r\nBcc: b@example.com' }, 'fromEmailId'],
    [{ userName: 'a\r\nb' }, 'userName'],
    [{ password: 'a\0b' }, 'password'],
  ])('%j is refused by its field', async (odd, field) => {
    const { status, body } = await machine(put, { body: specFor(587, odd) })
    expect([status, body.details]).toEqual([400, { field }])
  })

  test('need an address that links can lead to', async () => {
    const other = await openTestApi()
    try {
      const answer = await other.as({ Authorization: other.operatorToken })(put, { body: specFor(587) })
      expect([answer.status, answer.body.code]).toEqual([409, 'InvalidState'])
      expect(answer.body.message).toContain('ATRIUM_PUBLIC_URL')
    } finally {
      await other.close()
    }
  })
})

describe('a mail server that is tried', () => {
  test('is good with STARTTLS or TLS from the first byte, with a login or without', async () => {
    expect(await problemOf(specFor(await start({ login })))).toBe('')
    const first = await start({ login, tls: 'first' })
    expect(await problemOf(specFor(first, { smtpServer: 'smtps://127.0.0.1' }))).toBe('')
    expect(await problemOf(specFor(await start(), { userName: '', password: '' }))).toBe('')
  })

  test('refuses a wrong password: it is said without the password', async () => {
    const password = 'a guess that is wrong'
    const told = await problemOf(specFor(await start({ login }), { password }))
    expect(told).toContain('does not let the user in: 535 5.7.8 not [secret]')
    expect(told).not.toContain(password)
  })

  test('gets no password without TLS', async () => {
    expect(await problemOf(specFor(await start({ login, tls: 'none' })))).toContain('begins no TLS')
    expect(await problemOf(specFor(await start({ login, tls: 'first' })))).toContain('did not answer in time')
    const starttls = specFor(await start({ login }), { smtpServer: 'smtps://127.0.0.1' })
    expect(await problemOf(starttls)).toContain('begins no TLS')
  })

  test('must show a certificate that is trusted, unless that is waived', async () => {
    const port = await start({ login, certificate: await issueServerCertificate() })
    expect(await problemOf(specFor(port))).toMatch(/The certificate of .* is not trusted: .*NODE_EXTRA_CA_CERTS/)
    expect(await problemOf(specFor(port, { insecureSkipVerifyTls: true }))).toBe('')
  })

  test('is waited for no longer than it may take', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const silent = createServer((socket) => void sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = silent.address() as { port: number }
      expect(await problemOf(specFor(port))).toContain('did not answer in time')
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => silent.close(resolve))
    }
  })

  test('is named when nobody is there, or the address is not allowed', async () => {
    const port = await start({ login })
    await stops.splice(0)[0]?.()
    expect(await problemOf(specFor(port))).toContain('ECONNREFUSED')
    expect(await problemOf(specFor(port, { smtpServer: '127.0.0.2' }))).toContain('ATRIUM_EGRESS_ALLOW')
    expect(await problemOf(specFor(port, { smtpServer: 'no-such-host.invalid' }))).toContain('is not reached')
  })
})
