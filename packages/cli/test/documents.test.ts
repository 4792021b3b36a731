import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandLine, openCommandLine } from './support/command-line.ts'
import { account, cluster, documents, macro, profiles, project, role, team, user } from './support/fleet.ts'

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(async () => {
  await cli.close()
})

const apply = async (text: string): Promise<string[]> =>
  (await cli.atrium('apply', '-f', cli.file('applied.yaml', text))).trim().split('\n')

test('objects are made in the order they depend on each other', async () => {
  const text = documents(cluster('one'), team, user, profiles, account('hush'), macro, role, project)
  expect(await apply(text)).toEqual([
    'project/shop created',
    'role/looker created',
    'user/ada@example.com created',
    'team/blue created',
    'macro/site created',
    'cloudaccount/mine created',
    'clusterprofile/infra@1.0.0 created',
    'clusterprofile/web@1.0.0 created',
    'cluster/one created',
  ])
})

test.each(['project', 'role', 'user', 'team', 'macro', 'account', 'profile', 'cluster'])(
  'applying an export of every %s changes nothing',
  async (kind) => {
    const text = await cli.atrium('export', kind)
    const applied = await apply(text)
    expect(applied.length).toBeGreaterThan(0)
    expect(applied.filter((line) => !line.endsWith(' unchanged'))).toEqual([])
  },
)

test('one version of a profile is exported by name@version; what is not there is told with what is', async () => {
  expect(await cli.atrium('export', 'profile', 'web@1.0.0')).toBe(await cli.atrium('export', 'profile', 'web'))
  expect(await cli.refusal('export', 'profile', 'web@9.9.9')).toBe(
    "atrium: There is no profile 'web@9.9.9'. There are: infra@1.0.0, web@1.0.0.\n",
  )
  expect(await cli.refusal('export', 'macro', 'nope')).toBe("atrium: There is no macro 'nope'. There are: site.\n")
})

test('export all leaves users, teams and roles to export all --tenant', async () => {
  const kindsIn = (text: string): string[] => [
    ...new Set([...text.matchAll(/^kind: (\w+)/gm)].map(([, kind = '']) => kind)),
  ]
  expect(kindsIn(await cli.atrium('export', 'all'))).toEqual([
    'Project',
    'Macro',
    'CloudAccount',
    'ClusterProfile',
    'Cluster',
  ])
  expect(kindsIn(await cli.atrium('export', 'all', '--tenant'))).toEqual(['Project', 'Role', 'User', 'Team'])
})

test('a team changes as its document says, and what it leaves out stays', async () => {
  const changed = team.replace('roles: [looker]', 'roles: [Project Viewer]').replace(/ {2}users: .*\n/, '')
  expect(await apply(changed.replace('name: blue', 'name: blue, labels: {of: sea}'))).toEqual(['team/blue configured'])
  const text = await cli.atrium('export', 'team', 'blue')
  for (const part of ['of: sea', '- ada@example.com', '- Tenant Role Admin', '- Project Viewer']) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('looker')
  expect(await apply(team.replace('[Ada@example.com]', '[]').replace('[looker]', '[]'))).toEqual([
    'team/blue configured',
  ])
  expect(await cli.atrium('export', 'team', 'blue')).not.toMatch(/ada@|projects/)
  const stranger = team.replace('Ada@example.com', 'bob@example.com')
  expect(await cli.refusal('apply', '-f', cli.file('stranger.yaml', stranger))).toContain(
    "spec.users: there is no user 'bob@example.com'",
  )
})

test('users and roles change as their documents say, and lose what these no longer give', async () => {
  const changed = user.replace('roles: [Tenant Viewer]', 'roles: []').replace('[looker, Project Viewer]', '[looker]')
  expect(await apply(documents(role.replace('cluster.get, ', ''), changed))).toEqual([
    'role/looker configured',
    'user/ada@example.com configured',
  ])
  expect(await cli.atrium('export', 'user', 'ada@example.com')).toContain(
    'projects:\n    - name: shop\n      roles:\n        - looker\n',
  )
  expect(await apply(user.replace(/  projects:[\s\S]*/, '  projects: []\n'))).toEqual([
    'user/ada@example.com configured',
  ])
  expect(await cli.atrium('export', 'user', 'ada@example.com')).not.toContain('projects')
  expect(await cli.refusal('apply', '-f', cli.file('x.yaml', user.replace('Tenant Viewer', 'Nobody')))).toContain(
    "spec.roles: there is no role 'Nobody'. There are: ",
  )
  expect(await cli.refusal('apply', '-f', cli.file('x.yaml', role.replace('looker', 'Project Viewer')))).toContain(
    "metadata.name: role 'Project Viewer' is built in",
  )
})

test('a secret given in clear is unchanged when it is the one that is there, and configured when it is another', async () => {
  expect(await apply(account('hush'))).toEqual(['cloudaccount/mine unchanged'])
  expect(await apply(account('other'))).toEqual(['cloudaccount/mine configured'])
  expect(await apply(account('other'))).toEqual(['cloudaccount/mine unchanged'])
  expect(await apply(cluster('one'))).toEqual(['cluster/one unchanged'])
  expect(await apply(cluster('one', { token: 'other' }))).toEqual(['cluster/one configured'])
  expect(await apply(cluster('one', { token: 'other' }))).toEqual(['cluster/one unchanged'])
  // Beside a field that does differ nothing has to be guessed.
  expect(await apply(account('other').replace('{name: mine}', '{name: mine, labels: {a: b}}'))).toEqual([
    'cloudaccount/mine configured',
  ])
})

test('diff tells that a secret cannot be compared, and does not count it as a difference', async () => {
  const { exitCode, stdout } = await cli.attempt(['diff', '-f', cli.file('secret.yaml', account('never seen'))])
  expect(stdout).toBe(
    'cloudaccount/mine cannot be compared\n  spec.credentials.TOKEN: is given (a secret cannot be compared)\n',
  )
  expect(exitCode).toBe(0)
})

test('the order of pools means nothing', async () => {
  expect(await apply(cluster('one', { token: "'********'", order: ['workers', 'cp'] }))).toEqual([
    'cluster/one unchanged',
  ])
})

test('a policy is applied and exported, and what is left out of it stays', async () => {
  const withPolicy = (policy: string): string =>
    cluster('one', { token: "'********'", policy: `  policy: ${policy}\n` })
  expect(await apply(withPolicy('{drift: alert, nodes: alert}'))).toEqual(['cluster/one configured'])
  expect(await apply(withPolicy('{drift: heal}'))).toEqual(['cluster/one configured'])
  expect(await apply(withPolicy('{drift: heal}'))).toEqual(['cluster/one unchanged'])
  expect(await cli.atrium('export', 'cluster', 'one')).toContain('  policy:\n    drift: heal\n    nodes: alert\n')
  expect(await apply(cluster('one', { token: "'********'" }))).toEqual(['cluster/one unchanged'])
})

test('what is refused holds nothing else up; every failure is told at the end', async () => {
  const wrong = documents(
    macro.replace('site', 'first'),
    account('hush').replace('mine', 'poor').replace('TOKEN', 'OTHER'),
    cluster('two').replace('account: mine', 'account: nowhere'),
    profiles.replaceAll('1.0.0', '2.0.0'),
  )
  const { exitCode, stdout, stderr } = await cli.attempt(['apply', '-f', cli.file('wrong.yaml', wrong)])
  expect([exitCode, stdout]).toEqual([
    1,
    'macro/first created\nclusterprofile/infra@2.0.0 created\nclusterprofile/web@2.0.0 created\n',
  ])
  expect(stderr.replaceAll(`${cli.folder}/`, '').split('\n').slice(0, 3)).toEqual([
    'atrium: 2 of 5 documents failed:',
    '  wrong.yaml, document 2 (cloudaccount/poor): spec.credentials: needs TOKEN.',
    "  wrong.yaml, document 3 (cluster/two): spec.account: there is no account 'nowhere' of cloud local. There are: mine.",
  ])
})

test('a note says why, and is kept with what it changes', async () => {
  const file = cli.file('note.yaml', cluster('one', { token: "'********'", policy: '  policy: {drift: alert}\n' }))
  await cli.atrium('apply', '-f', file, '--note', 'zu laut – nachts')
  expect(await cli.atrium('cluster', 'history', 'one')).toMatch(/zu laut – nachts +policy\.drift/)
})

test('delete -f deletes what is there, dependents first', async () => {
  const file = cli.file('gone.yaml', documents(project, role, user, macro))
  expect((await cli.atrium('delete', '-f', file)).trim().split('\n')).toEqual([
    'macro/site deleted',
    'user/ada@example.com deleted',
    'role/looker deleted',
    'project/shop deleted',
  ])
  expect(await cli.atrium('delete', '-f', file)).toContain('user/ada@example.com not there')
})
