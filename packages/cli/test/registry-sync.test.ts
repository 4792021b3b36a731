import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestRegistry, type TestRegistry } from '@atrium/dev-env/registry.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandLine, openCommandLine } from './support/command-line.ts'
import { type HostedRegistry, hostRegistry, password } from './support/hosted-registry.ts'

const shipped = join(import.meta.dirname, '../../../packs')
let cli: CommandLine
let registry: HostedRegistry
/** The platform's own, which keeps copies of what others offer. */
let platform: TestRegistry
let folder: string

beforeAll(async () => {
  platform = await startTestRegistry()
  folder = mkdtempSync(join(tmpdir(), 'atrium-sync-'))
  const [registryCaFile, registryTokenKeyFile] = [join(folder, 'ca.crt'), join(folder, 'token.key')]
  writeFileSync(registryCaFile, platform.caBundle)
  writeFileSync(registryTokenKeyFile, platform.tokenKey.reveal(), { mode: 0o600 })
  // A registry of one's own lies in a network of one's own.
  const env = { egressAllow: '127.0.0.0/8', registryUrl: platform.url, registryCaFile, registryTokenKeyFile }
  cli = await openCommandLine(env)
  registry = await hostRegistry()
})
afterAll(async () => {
  await registry.remove()
  await cli.close()
  await platform.stop()
  rmSync(folder, { recursive: true })
})

const addRegistry = (name: string, ...options: string[]): Promise<string> => {
  const credentials = cli.file('credentials.yaml', `username: ada\npassword: ${password}\n`)
  const endpoint = `https://${registry.host}`
  return cli.atrium(
    ...['registry', 'add', name, '--type', 'oci', '--endpoint', endpoint, ...options],
    ...['--ca', registry.caFile, '--credentials', credentials],
  )
}

/** A chart whose values say whose it is. */
function chartFolder(whose: string): string {
  const path = join(folder, whose, 'web')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
  writeFileSync(join(path, 'values.yaml'), `whose: ${whose}\n`)
  return path
}

test('packs that are pushed to a hosted registry can be chosen once it was added, and again when more were pushed', async () => {
  const push = (name: string) =>
    cli.atrium('pack', 'push', join(shipped, name), '--registry', `${registry.host}/team`, ...registry.trust)
  await push('hello-atrium-1.0.0')
  await addRegistry('ours', '--base-path', 'team')
  const packs = async (): Promise<string[]> => {
    const listed = JSON.parse(await cli.atrium('get', 'packs', '-o', 'json')) as {
      spec: { name: string; version: string }
    }[]
    return listed.map(({ spec }) => `${spec.name}:${spec.version}`).sort()
  }
  await expect.poll(packs).toEqual(['hello-atrium:1.0.0'])
  await push('hello-atrium-1.1.0')
  const told = await cli.atrium('registry', 'sync', 'ours', '--wait')
  expect(told).toBe('Success: 2 offered, 2 usable, 0 not, 0 moved, 0 left out\n')
  expect(await packs()).toEqual(['hello-atrium:1.0.0', 'hello-atrium:1.1.0'])
})

test('a profile of charts is applied, and its export changes nothing; values that are left out are those of its own registry', async () => {
  const charts = ['base', 'other'].map((base) => [base, chartFolder(base)] as const)
  for (const [base, chart] of charts) {
    const to = ['--from', registry.host, '--to', `${registry.host}/${base}`, ...registry.trust]
    await cli.atrium('pack', 'mirror', '--chart', chart, '--no-images', ...to)
    await addRegistry(base, '--provider', 'helm', '--base-path', `${base}/charts`)
    await cli.atrium('registry', 'sync', base, '--wait')
  }
  for (const [base] of charts) {
    const layer = `{ name: web, version: 1.0.0, registry: ${base} }`
    const spec = `spec: { version: 1.0.0, type: add-on, layers: [${layer}] }`
    const file = cli.file(
      'profile.yaml',
      `apiVersion: atrium.dev/v1\nkind: ClusterProfile\nmetadata: {name: of-${base}}\n${spec}\n`,
    )
    expect(await cli.atrium('apply', '-f', file)).toBe(`clusterprofile/of-${base}@1.0.0 created\n`)
    const exported = await cli.atrium('export', 'profile', `of-${base}`)
    expect(exported).toContain(`whose: ${base}`)
    expect(await cli.atrium('apply', '-f', cli.file('again.yaml', exported))).toBe(
      `clusterprofile/of-${base}@1.0.0 unchanged\n`,
    )
  }
})

test('a registry in a private network is refused with what its operator has to do', async () => {
  const address = ['--type', 'helm', '--endpoint', 'https://10.255.255.1/charts']
  expect(await cli.refusal('registry', 'add', 'far', ...address)).toBe(
    'atrium: spec.endpoint: the repository cannot be reached: 10.255.255.1 is not a public address. Whoever runs the server can allow its network: ATRIUM_EGRESS_ALLOW. Check the address and the CA.\n',
  )
})

test('a sync that is waited for says why it failed', async () => {
  await registry.stop()
  const why = await cli.refusal('registry', 'sync', 'ours', '--wait')
  expect(why).toMatch(/^atrium: Failed: [\s\S]*cannot be reached/)
})
