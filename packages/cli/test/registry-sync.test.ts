import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

const addRegistry = (): Promise<string> =>
  cli.atrium(
    ...['registry', 'add', 'ours', '--type', 'oci', '--endpoint', `https://${registry.host}`, '--base-path', 'team'],
    ...[
      '--ca',
      registry.caFile,
      '--credentials',
      cli.file('credentials.yaml', `username: ada\npassword: ${password}\n`),
    ],
  )

test('packs that are pushed to a hosted registry can be chosen once it was added, and again when more were pushed', async () => {
  const push = (name: string) =>
    cli.atrium('pack', 'push', join(shipped, name), '--registry', `${registry.host}/team`, ...registry.trust)
  await push('hello-atrium-1.0.0')
  await addRegistry()
  const packs = async (): Promise<string[]> => {
    const listed = JSON.parse(await cli.atrium('get', 'packs', '-o', 'json')) as {
      spec: { name: string; version: string }
    }[]
    return listed.map(({ spec }) => `${spec.name}:${spec.version}`).sort()
  }
  await expect.poll(packs).toEqual(['hello-atrium:1.0.0'])
  await push('hello-atrium-1.1.0')
  await cli.atrium('registry', 'sync', 'ours')
  await expect.poll(packs).toEqual(['hello-atrium:1.0.0', 'hello-atrium:1.1.0'])
})
