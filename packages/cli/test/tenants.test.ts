import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@atrium/runtime/base/secret.ts'
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

const login = (input: string) =>
  cli.attempt(
    ['login', cli.context.url, '--ca', cli.plane.server.caFile, '--system', '--email', operatorEmail, '--name', 'root'],
    { input },
  )
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
