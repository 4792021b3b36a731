import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { startMailServer, type TestMailServer } from '@atrium/dev-env/mail-server.ts'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type CommandLine, openCommandLine } from './support/command-line.ts'

const login = { user: 'atrium', password: 'of the mail server' }
const operator = { email: 'root@example.com', password: 'of the first operator' }
const refused = { 'gone@example.com': { code: 550, text: '5.1.1 no such user' } }

const folder = mkdtempSync(join(tmpdir(), 'atrium-mail-'))

let cli: CommandLine
let mail: TestMailServer
beforeAll(async () => {
  mail = await startMailServer({ certificate: await issueServerCertificate(), login, refused })
  const port = await freePort()
  const publicUrl = `https://localhost:${port}`
  const first = { operatorEmail: operator.email, operatorPasswordFile: join(folder, 'password') }
  writeFileSync(first.operatorPasswordFile, operator.password)
  cli = await openCommandLine({ port: String(port), publicUrl, egressAllow: '127.0.0.1/32', ...first })
})
afterAll(async () => {
  await cli.close()
  await mail.stop()
  rmSync(folder, { recursive: true })
})

test('a mail server is tried before it is set; then the server sends links, and operators see what it could not send', async () => {
  const [credentials, password] = [cli.file('o.json', JSON.stringify(operator)), cli.file('password', login.password)]
  chmodSync(credentials, 0o600)
  const { url, caFile } = cli.plane.server
  await cli.atrium('login', url, '--ca', caFile, '--system', '--name', 'root', '--credentials', credentials)
  const server = ['127.0.0.1', '--port', String(mail.port), '--from', 'atrium@example.com', '--user', login.user]
  const set = ['operator', 'set-mail-server', ...server, '--password-file', password]
  expect(await cli.refusal(...set)).toContain('is not trusted')
  expect(await cli.atrium('operator', 'mails')).toBe('0 waiting, 0 given up. There is no mail server.\n')
  expect(await cli.atrium(...set, '--insecure')).toBe('Mail goes through 127.0.0.1.\n')

  for (const email of ['new@example.com', 'gone@example.com']) {
    await cli.atrium('--context', 'test', 'user', 'create', email)
  }
  await vi.waitFor(
    async () => expect(await cli.atrium('operator', 'mails')).toContain('0 waiting, 1 given up.'),
    15_000,
  )
  expect(mail.received.map(({ to }) => to)).toEqual([['new@example.com']])
  expect(mail.received[0]?.text).toContain(`${url}/activate#`)
  expect(await cli.atrium('operator', 'mails')).toMatch(
    /gone@example\.com +acme +failed +1 +.*550 5\.1\.1 no such user/,
  )
  await cli.atrium('--context', 'test', 'user', 'mail-link', 'new@example.com')
  await vi.waitFor(() => expect(mail.received).toHaveLength(2), 15_000)

  const forgot = (email: string, ...more: string[]) =>
    cli.atrium('login', url, '--ca', caFile, '--forgot-password', '--email', email, ...more)
  expect(await forgot(cli.tenant.adminEmail)).toBe(
    (await forgot('nobody@x.test')).replace('nobody@x.test', cli.tenant.adminEmail),
  )
  await forgot(operator.email, '--system')
  await vi.waitFor(() => expect(mail.received).toHaveLength(4), 15_000)
  expect(
    mail.received
      .slice(2)
      .flatMap(({ to }) => to)
      .toSorted(),
  ).toEqual([cli.tenant.adminEmail, operator.email])
  expect(await cli.refusal('login', url, '--ca', caFile, '--forgot-password')).toContain('--email')
  expect(await cli.atrium('operator', 'unset-mail-server')).toBe('No mail is sent any more.\n')
  expect(await cli.atrium('operator', 'mails')).toContain('There is no mail server.')
})
