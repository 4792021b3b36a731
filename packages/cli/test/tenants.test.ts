import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandLine, openCommandLine } from './support/command-line.ts'

const operatorEmail = 'root@example.com'
const password = 'of the first operator'
const folder = mkdtempSync(join(tmpdir(), 'atrium-operator-'))

let cli: CommandLine
beforeAll(async () => {
  const operatorPasswordFile = join(folder, 'password')
  writeFileSync(operatorPasswordFile, `${password}\n`)
  cli = await openCommandLine({ operatorEmail, operatorPasswordFile })
})
afterAll(async () => {
  await cli.close()
  rmSync(folder, { recursive: true })
})

const loginBy = (name: string, args: string[], input = '') =>
  cli.attempt(['login', cli.context.url, '--ca', cli.plane.server.caFile, '--system', '--name', name, ...args], {
    input,
  })
const login = (input: string) => loginBy('root', ['--email', operatorEmail], input)
const json = async (...args: string[]) => JSON.parse(await cli.atrium(...args, '--json'))

test("tenants are for operators: a user's context is told to sign in as one, and a wrong password keeps nothing", async () => {
  expect(await cli.refusal('--context', 'test', 'tenant', 'list')).toContain('login URL --system')
  expect((await login('wrong\n')).exitCode).toBe(1)
  expect(await cli.atrium('context', 'list')).not.toContain('root')
})

test('the operator that the configuration names signs in, invites a tenant, closes, opens and deletes it', async () => {
  expect(await login(`${password}\n`)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('as an operator') })
  const made = await json('tenant', 'create', 'beta', '--email', 'ada@beta.test')
  const states = async () => {
    const items: { name: string; state: string }[] = await json('tenant', 'list')
    return Object.fromEntries(items.map(({ name, state }) => [name, state]))
  }
  expect(await states()).toEqual({ acme: 'Active', beta: 'Pending' })
  const again = await json('tenant', 'activate', 'beta')
  const use = (url: string) =>
    cli.plane.installation.identity.links.use(url.split('#')[1] ?? '', new Secret('of ada, by a link'))
  await expect(use(made.activation.url)).rejects.toMatchObject({ code: 'Unauthorized' })
  expect(await use(again.url)).toMatchObject({ email: 'ada@beta.test', organization: 'beta', isFirst: true })

  expect(await cli.atrium('tenant', 'disable', 'beta')).toBe('tenant/beta disabled\n')
  expect(await states()).toEqual({ acme: 'Active', beta: 'Disabled' })
  expect(await cli.atrium('tenant', 'enable', 'beta')).toBe('tenant/beta enabled\n')
  expect((await json('tenant', 'describe', 'beta')).counts).toEqual({ users: 1, projects: 1, clusters: 0 })

  const asked = await cli.refusal('tenant', 'delete', 'beta')
  expect(asked).toContain('1 users, 1 projects and 0 clusters')
  expect(await states()).toEqual({ acme: 'Active', beta: 'Active' })
  expect(await cli.atrium('tenant', 'delete', 'beta', '--yes')).toContain("Tenant 'beta' is gone.")
  expect(await states()).toEqual({ acme: 'Active' })
  expect(await cli.refusal('get', 'projects')).not.toBe('')
})

test('an operator vouches for a domain of a tenant, and no longer', async () => {
  const { domains } = cli.plane.installation
  const scope = { tenant: cli.tenant.tenant.uid, actor: systemActor('test') }
  await domains.put(scope, { domains: ['Acme.example'] })
  expect(await login(`${password}\n`)).toMatchObject({ exitCode: 0 })
  const told = (verb: string) => cli.atrium('tenant', verb, 'acme', 'acme.example')
  expect(await told('confirm-domain')).toBe('domain/acme.example confirmed\n')
  expect(await cli.atrium('tenant', 'domains', 'acme')).toMatch(/^acme.example +confirmed +operator/m)
  expect(await told('withdraw-domain')).toBe('domain/acme.example waits for its record\n')
  expect(await cli.refusal('tenant', 'withdraw-domain', 'acme', 'acme.example')).toContain('No operator vouches')
})

test('the file that `up` writes signs in; an operator adds another, who is changed, closed out and deleted', async () => {
  const file = cli.file('operator.json', JSON.stringify({ email: operatorEmail, password }))
  chmodSync(file, 0o644)
  expect((await loginBy('first', ['--credentials', file])).stderr).toContain('chmod 600')
  chmodSync(file, 0o600)
  expect(await loginBy('first', ['--credentials', file])).toMatchObject({ exitCode: 0 })
  const link = await cli.atrium('operator', 'add', 'ben@example.com', '--role', 'AccountAdmin')
  expect(link).toMatch(/^\S+#system\.\S+\n$/)
  const lineOf = async () => (await cli.atrium('operator', 'list')).split('\n').find((line) => line.startsWith('ben@'))
  expect(await lineOf()).toMatch(/AccountAdmin +invited +never/)
  expect(await cli.atrium('operator', 'role', 'ben@example.com', 'OperationAdmin')).toContain('changed')
  expect(await cli.atrium('operator', 'password-link', 'ben@example.com')).not.toBe(link)
  expect(await cli.atrium('operator', 'disable', 'ben@example.com')).toBe('operator/ben@example.com disabled\n')
  expect(await lineOf()).toMatch(/OperationAdmin +inactive/)
  expect(await cli.atrium('operator', 'enable', 'ben@example.com')).toBe('operator/ben@example.com enabled\n')
  expect(await cli.atrium('operator', 'delete', 'ben@example.com')).toBe('operator/ben@example.com deleted\n')
  expect(await lineOf()).toBeUndefined()
  expect(await cli.atrium('operator', 'audit')).toContain('Operator ben@example.com')
})

test('a key of an operator is shown once, is a context of its own, and opens nothing once it is revoked', async () => {
  await login(`${password}\n`)
  const key = await cli.atrium('operator', 'issue-key', 'ci', '--expires', '30d')
  expect(await loginBy('program', ['--api-key-file', cli.file('key', key)])).toMatchObject({ exitCode: 0 })
  expect(await cli.atrium('tenant', 'list')).toContain('acme')
  expect(await cli.refusal('operator', 'issue-key', 'second')).toContain('no other key')
  const keys = await cli.atrium('--context', 'root', 'operator', 'keys')
  expect(keys).toMatch(/^ci +20/m)
  expect(keys).not.toContain(key.trim())
  expect(await cli.atrium('--context', 'root', 'operator', 'revoke-key', 'ci')).toBe('key/ci revoked\n')
  expect(await cli.refusal('tenant', 'list')).toContain('operator')
})
