import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRemote } from '../src/platform/connect.ts'
import { type Context, credentialOf, readContexts } from '../src/platform/contexts.ts'
import { VERSION } from '../src/version.ts'
import { type CommandLine, openCommandLine, type RunOptions } from './support/command-line.ts'
import { account, cluster, documents, profiles } from './support/fleet.ts'

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
  const fleet = documents(account('hush'), profiles, cluster('one'), cluster('two'))
  await cli.atrium('apply', '-f', cli.file('fleet.yaml', fleet))
})
afterAll(async () => {
  await cli.close()
})

describe('wait', () => {
  test('ends when every object is there, and says what it waits for', async () => {
    const args = ['wait', 'cluster', 'one', 'two', '--for', 'condition=Ready=False']
    const { exitCode, stdout, stderr } = await cli.attempt(args)
    expect([exitCode, stdout.split('\n').sort()]).toEqual([0, ['', 'cluster/one is there', 'cluster/two is there']])
    expect(stderr).toContain('Waiting for cluster/one, cluster/two until condition Ready is False.')
  })

  test('takes states, paths, and names as -o name writes them', async () => {
    const names = (await cli.atrium('get', 'clusters', '-o', 'name')).trim().split('\n')
    expect(await cli.atrium('wait', ...names, '--for', 'status=failed')).toContain('cluster/two is there')
    const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].reason}=ProfilesMissing'
    expect(await cli.atrium('wait', 'cluster/one', '--for', path)).toBe('cluster/one is there\n')
  })

  test('sees a change that comes while it waits', async () => {
    const label = cli.file(
      'label.yaml',
      cluster('one', { token: "'********'" }).replace('{name: one}', '{name: one, labels: {a: b}}'),
    )
    const meanwhile: Promise<unknown>[] = []
    const said = await cli.attempt(['wait', 'cluster', 'one', '--for', 'jsonpath={.metadata.labels.a}=b'], {
      onStderr(text) {
        if (text.includes('(yet)') && meanwhile.length === 0) meanwhile.push(cli.atrium('apply', '-f', label))
      },
    })
    await Promise.all(meanwhile)
    expect(said).toMatchObject({ exitCode: 0, stdout: 'cluster/one is there\n' })
    expect(said.stderr).toContain('cluster/one: there is no {.metadata.labels.a} (yet)')
  })

  test('ends with 4 when time is up, with the reason that each object gives', async () => {
    const { exitCode, stderr } = await cli.attempt([
      'wait',
      'cluster',
      'one',
      '--for',
      'condition=Ready',
      '--timeout',
      '0',
    ])
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(
      /Time is up after 0 s; until condition Ready is True is still missing:\n {2}cluster\/one: condition Ready is \w+ for \d+[sm] \(\w+\): \w/,
    )
  })

  test('refuses what nobody will tell of', async () => {
    expect(await cli.refusal('wait', 'user', 'x', '--for', 'delete')).toContain('Changes of users are not told')
    expect(await cli.refusal('wait', 'cluster', 'one', '--for', 'Ready')).toContain(
      "--for: 'Ready' is nothing to wait for.",
    )
    expect(await cli.refusal('wait', 'cluster', '--for', 'delete')).toContain('Say which: wait cluster NAME')
    expect(await cli.refusal('wait', 'cluster', 'three', '--for', 'status=Running')).toContain('There are: one, two.')
  })

  test('sees a deletion that comes while it waits; what is not there is gone already', async () => {
    const meanwhile: Promise<unknown>[] = []
    const said = await cli.attempt(['wait', 'cluster', 'two', 'three', '--for', 'delete'], {
      onStderr(text) {
        if (text.includes('cluster/two: its state') && meanwhile.length === 0)
          meanwhile.push(cli.atrium('cluster', 'delete', 'two', '--no-wait'))
      },
    })
    await Promise.all(meanwhile)
    expect(said).toMatchObject({ exitCode: 0, stdout: 'cluster/three gone\ncluster/two gone\n' })
  })
})

describe('events', () => {
  test('are listed of all clusters or of one, and in every form', async () => {
    expect(await cli.atrium('events')).toMatch(/^CLUSTER +AGE +SEVERITY +REASON +ABOUT +MESSAGE\none /)
    const events = JSON.parse(await cli.atrium('events', 'cluster', 'one', '-o', 'json')) as { reason: string }[]
    expect(events.length).toBeGreaterThan(0)
    expect(await cli.refusal('events', 'project', 'Default')).toContain('projects have no events')
  })

  test('are followed as they come', async () => {
    const reasons: string[] = []
    let told: Promise<void> | null = null
    const { exitCode } = await cli.attempt(['events', 'cluster', 'one', '--watch', '-o', 'json'], {
      onStdout(text, interrupt) {
        const events = text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { reason: string })
        reasons.splice(0, reasons.length, ...events.map(({ reason }) => reason))
        if (reasons.includes('Told')) interrupt()
        else told ??= tellEvent()
      },
    })
    expect([exitCode, reasons.at(-1)]).toEqual([0, 'Told'])
  })
})

/** As an agent's report brings it: no object changes. Then one does. */
async function tellEvent(): Promise<void> {
  const { store, clock } = cli.plane.installation
  const actor = { type: 'system', id: 'test' } as const
  await store.transaction(cli.tenant.tenant.uid, actor as never, async (tx) => {
    const { items } = await tx.list('Cluster', {})
    const uid = items[0]?.meta.uid ?? ''
    const at = new Date(clock.now()).toISOString()
    const event = { id: 'told', at, severity: 'Normal', reason: 'Told', message: 'm', involved: 'one', source: 'test' }
    await tx.appendEvents({ kind: 'Cluster', uid }, [event as never])
    await tx.update('Cluster', uid, { labels: { told: 'yes' } })
  })
}

describe('nouns', () => {
  test('projects are made, listed, shown and deleted', async () => {
    expect(await cli.atrium('project', 'create', 'shop', '--description', 'sells')).toBe('project/shop created\n')
    expect(await cli.atrium('project', 'list')).toMatch(/^shop +\w{24}$/m)
    expect(await cli.atrium('project', 'show', 'shop')).toContain('description: sells')
    expect(await cli.refusal('project', 'create', 'shop')).toContain('shop')
    expect(await cli.atrium('delete', 'project', 'shop')).toBe('project/shop deleted\n')
    expect(await cli.refusal('project', 'show', 'shop')).toContain("There is no project 'shop'. There are: Default.")
  })

  test('an account takes its credentials from a file or standard input, and names what is wrong with them', async () => {
    const create = ['account', 'create', 'second', '--cloud', 'local', '--credentials']
    expect(await cli.attempt([...create, '-'], { input: 'TOKEN: hush' })).toMatchObject({
      ...{ exitCode: 0, stdout: 'account/second created\n' },
    })
    expect(await cli.atrium('account', 'show', 'second')).not.toContain('hush')
    expect(await cli.refusal(...create, cli.file('number.yaml', 'TOKEN: 1'))).toContain(
      'TOKEN is read as the number 1.',
    )
    expect(await cli.refusal(...create, cli.file('other.yaml', 'OTHER: x'))).toContain('spec.credentials: needs TOKEN.')
    expect(await cli.atrium('account', 'delete', 'second', 'mine').catch(String)).toContain('mine')
  })

  test('a draft is cloned from a profile, published, and told apart by its version', async () => {
    expect(await cli.atrium('profile', 'clone', 'web@1.0.0', 'web@2.0.0')).toBe('profile/web@2.0.0 created\n')
    expect(await cli.refusal('profile', 'publish', 'web')).toContain(
      "There are 2 profiles 'web'. Name one of them: web@1.0.0, web@2.0.0.",
    )
    expect(await cli.atrium('profile', 'publish', 'web@2.0.0', '--note', 'ready')).toContain('published')
    expect(await cli.atrium('profile', 'history', 'web@2.0.0')).toMatch(/^2 .* ready /m)
    expect(await cli.atrium('profile', 'list', '-o', 'name')).toContain('profile/web@2.0.0\n')
    expect(await cli.atrium('profile', 'delete', 'web@2.0.0')).toBe('profile/web@2.0.0 deleted\n')
    expect(await cli.refusal('profile', 'delete', 'web@1.0.0')).toContain('is used by one')
  })

  test('users hold roles, in the tenant or in a project', async () => {
    await cli.atrium(
      'role',
      'create',
      'looker',
      '--scope',
      'project',
      '--permission',
      'cluster.get',
      '--permission',
      'project.get',
    )
    await cli.atrium('role', 'clone', 'looker', 'watcher')
    expect(await cli.refusal('role', 'create', 'x', '--scope', 'tenant', '--permission', 'nonsense')).toContain(
      'nonsense',
    )
    expect(await cli.atrium('role', 'permissions', '--scope', 'project')).toMatch(/^cluster\.get +project /m)
    await cli.atrium('user', 'create', 'ada@example.com', '--first-name', 'Ada', '--role', 'Tenant Viewer')
    await cli.atrium('user', 'grant', 'ada@example.com', 'watcher', '--in', 'Default')
    await cli.atrium('user', 'revoke', 'ada@example.com', 'Tenant Viewer')
    expect(await cli.atrium('export', 'user', 'ada@example.com')).toMatch(
      /spec:\n {2}firstName: Ada\n {2}projects:\n {4}- name: Default\n {6}roles:\n {8}- watcher\n$/,
    )
    const password = await cli.attempt(['user', 'password', 'ada@example.com'], { input: 'correct horse battery\n' })
    expect(password).toMatchObject({ exitCode: 0, stdout: 'user/ada@example.com has a new password\n' })
    const own = ['user', 'password', cli.tenant.adminEmail]
    expect(await cli.attempt(own, { input: 'a guess\nmine from now on\n' })).toMatchObject({ exitCode: 1 })
    const changed = await cli.attempt(own, { input: `${cli.tenant.adminPassword.reveal()}\nmine from now on\n` })
    expect(changed).toMatchObject({ exitCode: 0, stdout: `user/${cli.tenant.adminEmail} has a new password\n` })
  })

  test('teams hold roles for their members, who join and leave', async () => {
    await cli.atrium('user', 'create', 'ben@example.com')
    await cli.atrium('team', 'create', 'blue', '--member', 'ben@example.com', '--role', 'Tenant Viewer')
    expect(await cli.atrium('team', 'list')).toMatch(/^blue +1 /m)
    expect(await cli.atrium('team', 'leave', 'blue', 'Ben@example.com')).toBe('team/blue changed\n')
    expect(await cli.atrium('team', 'list')).toMatch(/^blue +0 /m)
    expect(await cli.atrium('team', 'join', 'blue', 'ben@example.com')).toBe('team/blue changed\n')
    expect(await cli.atrium('team', 'show', 'blue')).toContain('blue')
    expect(await cli.refusal('team', 'join', 'blue', 'eve@example.com')).toContain("no user 'eve@example.com'")
    expect(await cli.atrium('team', 'delete', 'blue')).toBe('team/blue deleted\n')
  })

  test('a key is shown once, signs in, and no longer when it is disabled', async () => {
    const { stdout, stderr } = await cli.attempt(['apikey', 'create', 'ci', '--expires', '90d'])
    expect(stderr).toBe('Keep this key: it is never shown again.\n')
    const signIn = () => {
      const ca = cli.file('ca.crt', cli.context.ca ?? '')
      const args = ['--config', `${cli.folder}/other.json`, 'login', cli.context.url, '--ca', ca]
      return cli.attempt(args, { input: stdout })
    }
    expect(await signIn()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("tenant 'acme'") })
    expect(await cli.atrium('apikey', 'show', 'ci')).not.toContain(stdout.trim())
    expect(await cli.atrium('apikey', 'disable', 'ci')).toBe('apikey/ci disabled\n')
    expect(await signIn()).toMatchObject({ exitCode: 1 })
    expect(await cli.atrium('apikey', 'delete', 'ci')).toBe('apikey/ci deleted\n')
  })

  test('an authority of the organisation is kept, shown with its end, replaced and deleted', async () => {
    const pem = cli.file('authority.pem', cli.context.ca ?? '')
    expect(await cli.atrium('certificate', 'add', 'ours', '--file', pem)).toBe('certificate/ours created\n')
    expect(await cli.atrium('certificate', 'list')).toMatch(/^ours +.*CN=.* 20\d\d-\d\d-\d\dT/m)
    expect(await cli.atrium('certificate', 'replace', 'ours', '--file', pem)).toBe('certificate/ours changed\n')
    expect(await cli.atrium('certificate', 'show', 'ours')).toContain('BEGIN CERTIFICATE')
    expect(await cli.refusal('certificate', 'add', 'bad', '--file', cli.file('bad.pem', 'x'))).toContain('PEM')
    expect(await cli.atrium('certificate', 'delete', 'ours')).toBe('certificate/ours deleted\n')
  })

  test('a domain is shown with the record that proves it, and looked for', async () => {
    const { client, close } = openRemote(cli.context, credentialOf(cli.context), null)
    const params = { tenantUid: cli.tenant.tenant.uid }
    await client
      .call('POST /v1/tenants/{tenantUid}/domains', { params, body: { domains: ['acme.example'] } })
      .finally(close)
    expect(await cli.atrium('domain', 'list')).toMatch(/^acme.example +waiting/m)
    expect(await cli.atrium('domain', 'show', 'acme.example')).toContain('_atrium-challenge.acme.example')
    expect(await cli.atrium('domain', 'check', 'acme.example')).toMatch(/^domain\/acme.example waiting: Name servers/)
  })

  test('a key of SAML is made, activated, and the former one deleted', async () => {
    const { client, close } = openRemote(cli.context, credentialOf(cli.context), null)
    const params = { tenantUid: cli.tenant.tenant.uid }
    expect(await cli.refusal('saml-key', 'create')).toContain('settings of SAML are saved')
    await client
      .call('POST /v1/tenants/{tenantUid}/saml/config', { params, body: { isSsoEnabled: false } })
      .finally(close)
    expect(await cli.atrium('saml-key', 'create')).toContain('saml-key/next: Give your identity provider')
    expect(await cli.atrium('saml-key', 'show', 'next')).toContain('BEGIN CERTIFICATE')
    expect(await cli.atrium('saml-key', 'activate')).toContain('saml-key/former: Opens')
    expect(await cli.refusal('saml-key', 'delete', 'current')).toContain('never deleted')
    expect(await cli.atrium('saml-key', 'delete', 'former')).toBe('saml-key/former deleted\n')
    expect(await cli.atrium('saml-key', 'list')).toMatch(/^current +20\d\d-\S+ +Signs\. /m)
  })

  test('a person signs in with a password, accepts what is to be read, and proves a second factor', async () => {
    const email = 'eve@example.com'
    await cli.atrium('user', 'create', email, '--role', 'Tenant Viewer')
    const url = (await cli.atrium('user', 'password-link', email)).trim()
    expect(url).toMatch(/^https:.+\/activate#.+$/)
    await cli.attempt(['user', 'password', email], { input: 'correct horse' })
    const file = join(cli.folder, 'eve.json')
    const signIn = (input: string, ...more: string[]) => {
      const ca = cli.file('ca.crt', cli.context.ca ?? '')
      const args = ['--config', file, 'login', cli.context.url, '--ca', ca, '--email', email, '--org', 'acme', ...more]
      return cli.attempt(args, { input })
    }
    expect(await signIn('wrong')).toMatchObject({ exitCode: 1 })
    expect(await signIn('correct horse')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("'acme'") })

    const as = (context: Context) => openRemote(context, credentialOf(context), null)
    const eve = as(Object.values(readContexts(file).contexts)[0] as Context)
    const admin = as(cli.context)
    try {
      const device = { deviceName: 'phone', password: 'correct horse' }
      const { secret } = await eve.client.call('POST /atrium/v1/account/mfa/totp/start', { body: device })
      const code = new TOTP({ secret }).generate()
      const { recoveryCodes } = await eve.client.call('POST /atrium/v1/account/mfa/totp/finish', { body: { code } })
      const { tenantUid = '' } = await admin.client.call('GET /v1/users/info')
      const banner = { title: 'Mind', Message: 'For staff.', isEnabled: true }
      await admin.client.call('PUT /v1/tenants/{tenantUid}/loginBanner', { params: { tenantUid }, body: banner })
      const unread = await signIn('correct horse')
      expect(unread.exitCode).toBe(1)
      expect(unread.stderr).toMatch(/For staff\.[^]*--accept-banner/)
      const read = await signIn(`correct horse\n${recoveryCodes[0]}\n`, '--accept-banner')
      expect(read, read.stderr).toMatchObject({ exitCode: 0 })
      expect(await signIn('correct horse\n000000\n', '--accept-banner')).toMatchObject({ exitCode: 1 })

      expect(await cli.atrium('user', 'reset-mfa', email)).toBe(`user/${email} changed\n`)
      expect(await signIn('correct horse', '--accept-banner')).toMatchObject({ exitCode: 0 })
      expect(await cli.atrium('user', 'sign-out', email)).toBe(`user/${email} changed\n`)
      expect((await cli.attempt(['--config', file, 'get', 'projects'])).exitCode).toBe(1)
      await admin.client.call('PUT /v1/tenants/{tenantUid}/loginBanner', { params: { tenantUid }, body: {} })
    } finally {
      await Promise.all([eve.close(), admin.close()])
    }
  })

  test('only pack registries of the tenant are read anew', async () => {
    expect(await cli.refusal('registry', 'sync', 'nowhere')).toContain("There is no registry 'nowhere'.")
  })
})

describe('on a terminal', () => {
  const hasTerminals = spawnSync('script', ['--version']).status === 0
  const list = (options: RunOptions) => cli.attempt(['get', 'clusters'], options)

  test.skipIf(!hasTerminals)('tables fit it, and states have colours unless NO_COLOR is set', async () => {
    const narrow = await list({ terminal: 44 })
    expect(narrow.stdout).toContain('\u001B[31mFailed\u001B[39m')
    const lines = stripVTControlCharacters(narrow.stdout).trimEnd().split(/\r?\n/)
    expect(lines[0]).toMatch(/^NAME/)
    expect(lines.filter((line) => line.length > 44)).toEqual([])
    expect((await list({ terminal: 44, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001B')
  })

  test('elsewhere cells are whole, and nothing has colours', async () => {
    const { stdout } = await list({})
    expect(stdout).toMatch(/^one +Failed +Unknown +local +\d+[sm] +\w{24}$/m)
    expect(stdout).not.toContain('\u001B')
  })
})

test('a wrong command line ends with 2 and says what is right', async () => {
  const { exitCode, stderr } = await cli.attempt(['wait', 'cluster', 'one', '--for', 'delete', '--timeout', 'soon'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain(
    "option '--timeout <duration>' argument 'soon' is invalid. Write it like 90s, 10m, 1h30m or 2d.",
  )
})

describe('the single file of a release', () => {
  let program: string
  beforeAll(async () => {
    const script = join(import.meta.dirname, '../scripts/bundle.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, cli.folder])
    // As people have it on their PATH: without an extension that says what it is.
    program = join(cli.folder, 'atrium')
    renameSync(stdout.trim(), program)
  })

  test('works on a server, far from any checkout', async () => {
    const options = { program, cwd: cli.folder }
    expect(await cli.attempt(['version'], options)).toMatchObject({
      exitCode: 0,
      stdout: `program ${VERSION}\nserver  ${VERSION}\n`,
    })
    expect(await cli.attempt(['get', 'clusters', '-o', 'name'], options)).toMatchObject({
      ...{ exitCode: 0, stdout: 'cluster/one\n', stderr: '' },
    })
    const file = cli.file('again.yaml', await cli.atrium('export', 'all'))
    const { stdout } = await cli.attempt(['apply', '-f', file], options)
    expect(stdout).toContain('cluster/one unchanged\n')
  })

  test('offers what it can do, and says how to sign in', async () => {
    const { stdout } = await cli.attempt(['--help'], { program })
    expect(stdout).toMatch(/^ {2}wait /m)
    expect(stdout).not.toMatch(/^ {2}(up|test|local) |--home/m)
    const { exitCode, stderr } = await cli.attempt(['--config', join(cli.folder, 'none.json'), 'get', 'clusters'], {
      program,
    })
    expect([exitCode, stderr]).toEqual([
      1,
      'atrium: No context is in use. Sign in: atrium login URL, or use one: atrium context use NAME\n',
    ])
  })

  test('names the licences of what it holds', () => {
    const text = readFileSync(program, 'utf8')
    for (const name of ['commander', 'undici', 'yaml']) expect(text).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'))
  })
})
