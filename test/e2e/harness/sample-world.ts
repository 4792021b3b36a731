import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCatalogue } from '@atrium/cli/demo/create.ts'
import type { CatalogPack } from '@atrium/cli/demo/spec.ts'
import type { Client } from '@atrium/client/client.ts'
import { type PrivateRegistry, privatePassword, startPrivateRegistry } from '@atrium/dev-env/private-registry.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { makeAccount } from './clusters.ts'
import { openPlatform, type TestPlatform } from './platform.ts'
import { eventually } from './wait.ts'

/** A platform to which somebody added a private registry of packs. */
export interface SampleWorld {
  client: Client
  accountUid: string
  catalogue: CatalogPack[]
  close(): Promise<void>
}

export async function openSampleWorld(folders: readonly string[]): Promise<SampleWorld> {
  await using opened = new AsyncDisposableStack()
  const files = mkdtempSync(join(tmpdir(), 'atrium-samples-'))
  opened.defer(() => rmSync(files, { recursive: true, force: true }))
  const registry = await startPrivateRegistry(['ada'])
  opened.defer(() => registry.stop())
  const platform = await openPlatform()
  opened.defer(() => platform.close())
  await platform.up('--no-demo')
  const client = platform.client()
  await publish(platform, registry, folders, files)
  const accountUid = await makeAccount(client)
  const named = (await listPacks(client)).map(({ spec }) => [spec?.name ?? '', spec?.version ?? ''] as const)
  const catalogue = await readCatalogue(client, named)
  const resources = opened.move()
  return { client, accountUid, catalogue, close: () => resources.disposeAsync() }
}

/** As their owner does: pushes them, adds the registry, and waits until all can be chosen. */
async function publish(
  platform: TestPlatform,
  { url, caBundle }: PrivateRegistry,
  folders: readonly string[],
  files: string,
): Promise<void> {
  const write = (name: string, text: string): string => {
    const path = join(files, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const { host } = new URL(url)
  const login = { username: 'ada', password: privatePassword }
  const trust = ['--ca', write('ca.pem', caBundle)]
  const docker = write('docker.json', JSON.stringify({ auths: { [host]: login } }))
  await platform.atrium('pack', 'push', ...folders, '--registry', host, ...trust, '--credentials', docker)
  const credentials = ['--credentials', write('login.yaml', JSON.stringify(login))]
  await platform.atrium('registry', 'add', 'samples', '--type', 'oci', '--endpoint', url, ...trust, ...credentials)
  await eventually('every pack can be chosen', async () => {
    const offered = (await listPacks(platform.client())).filter(({ spec }) => spec?.registryUid !== publicRegistryUid)
    return { done: offered.length === folders.length, seen: offered.map(({ metadata }) => metadata?.name) }
  })
}

const listPacks = async (client: Client) => (await client.call('GET /v1/packs', { query: { limit: 0 } })).items ?? []
