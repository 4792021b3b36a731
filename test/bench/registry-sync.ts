/**
 * What reading a registry costs: the first sync of 220 packs (116 MB), an unchanged one, one pack of 50 MB, and a search in 20,000 pack
 * versions. Times are the server's own (`lastRunAt` to `lastSuccessAt`), processor time and memory those of its process.
 *
 *     node test/bench/registry-sync.ts [--packs 220] [--megabytes 116] [--versions 20000] [--searches 300] [--samples ../shared/packs]
 *
 * The packs are the samples again and again under other names, filled up to the size of the published ones with what does not compress. Both
 * registries are real ones (CNCF distribution): a private one with the packs, and the platform's own, which keeps a copy of each.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { openClient } from '@atrium/cli/platform/connect.ts'
import type { Client } from '@atrium/client/client.ts'
import { privatePassword, startPrivateRegistry } from '@atrium/dev-env/private-registry.ts'
import { cpuMs, residentBytes } from '@atrium/dev-env/process-use.ts'
import { startTestRegistry } from '@atrium/dev-env/registry.ts'
import { settleTables } from '@atrium/dev-env/tables.ts'
import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { packArchive } from '@atrium/pack/sources/load.ts'
import { basicAuth } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { packRepository, pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type Actor, type Store, systemTenant } from '@atrium/runtime/store/store.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { percentile } from './support/percentile.ts'
import { openBenchPlane } from './support/plane.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({
  options: {
    packs: { type: 'string', default: '220' },
    megabytes: { type: 'string', default: '116' },
    versions: { type: 'string', default: '20000' },
    searches: { type: 'string', default: '300' },
    samples: { type: 'string', default: join(import.meta.dirname, '../../../shared/packs') },
  },
})
const MB = 1_000_000
const count = Number(values.packs)
const fillBytes = Math.floor((Number(values.megabytes) * MB) / count)
const actor: Actor = { type: 'system', uid: 'bench', name: 'bench' }

/** The files of a pack of this name, with so much in it that does not compress. */
function named(files: Map<string, Uint8Array>, name: string, missingBytes: number): Map<string, Uint8Array> {
  const manifest = JSON.parse(Buffer.from(files.get('pack.json') ?? '{}').toString('utf8')) as object
  const made = new Map(files).set('pack.json', Buffer.from(JSON.stringify({ ...manifest, name })))
  return missingBytes > 0 ? made.set('filler.bin', systemRandom.bytes(missingBytes)) : made
}

async function pushPacks(client: OciClient): Promise<void> {
  const plain = new Map<string, Uint8Array>([
    ['pack.json', Buffer.from(JSON.stringify({ version: '1.0.0', layer: 'addon', cloudTypes: ['all'] }))],
    ['values.yaml', Buffer.from('pack:\n  namespace: bench\n')],
  ])
  const folders = existsSync(values.samples) ? await listPackDirectories(values.samples) : []
  const samples = [plain, ...(await Promise.all(folders.map(readPackDirectory)))]
  const sizes = new Map<Map<string, Uint8Array>, number>()
  for (const sample of samples)
    sizes.set(sample, (await packArchive(named(sample, 'size', 0)).catch(() => null))?.archive.length ?? -1)
  const usable = samples.filter((sample) => (sizes.get(sample) ?? -1) >= 0)
  for (let index = 0; index < count; index += 1) {
    const sample = usable[index % usable.length] ?? plain
    await pushPack(client, 'many', named(sample, `pack-${index}`, fillBytes - (sizes.get(sample) ?? 0)))
  }
  await pushPack(client, 'large', named(plain, 'large', 50 * MB))
}

/** Pack versions as a sync leaves them: 4 of each pack. */
async function addVersions(store: Store): Promise<void> {
  const BATCH = 200
  for (let start = 0; start < Number(values.versions); start += BATCH) {
    await store.transaction(systemTenant, actor, async (tx) => {
      for (let index = start; index < start + BATCH; index += 1) {
        const name = `search-${Math.floor(index / 4)}`
        const version = `1.${index % 4}.0`
        await tx.create({
          kind: 'Pack',
          project: null,
          name,
          spec: {
            registryUid: publicRegistryUid,
            version,
            displayName: `Search ${index}`,
            layer: index % 5 === 0 ? 'csi' : 'addon',
            addonType: index % 3 === 0 ? 'monitoring' : 'logging',
            cloudTypes: ['all'],
            repository: packRepository('', name),
            digest: `sha256:${index.toString(16).padStart(64, '0')}`,
            values: `# ${'text '.repeat(400)}\na: ${index}\n`,
            readme: '',
            presets: [],
            schema: null,
            annotations: {},
            constraints: null,
          },
        })
      }
    })
  }
}

interface Run {
  seconds: number
  cpuSeconds: number
  grownMb: number
}

const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-registry-'))
const platform = await startTestRegistry()
const registry = await startPrivateRegistry(['bench'])
try {
  const caFile = join(folder, 'ca.crt')
  const tokenKeyFile = join(folder, 'token.key')
  writeFileSync(caFile, platform.caBundle)
  writeFileSync(tokenKeyFile, platform.tokenKey.reveal(), { mode: 0o600 })
  const { url: endpoint, caBundle } = registry
  const login = { username: 'bench', password: new Secret(privatePassword) }
  const authorize = basicAuth(login, platform.egress, caBundle)
  const deps = { egress: platform.egress, clock: systemClock, random: systemRandom }
  await pushPacks(new OciClient({ endpoint, caBundle, authorize, ...deps }))

  await using plane = await openBenchPlane({
    nodeOptions: `--import=${join(import.meta.dirname, 'support/collect-garbage.ts')}`,
    env: {
      ATRIUM_REGISTRY_URL: platform.url,
      ATRIUM_REGISTRY_CA_FILE: caFile,
      ATRIUM_REGISTRY_TOKEN_KEY_FILE: tokenKeyFile,
      ATRIUM_EGRESS_ALLOW: '127.0.0.0/8',
    },
  })
  const apiKey = await plane.prepare(async (installation) => {
    const { apiKey: key } = await createTenant(installation, { name: 'bench' }, actor)
    return key.reveal()
  })
  await plane.server.start()
  const { pid } = plane.server
  const opened = openClient(plane.server, { apiKey }, null)
  const { client } = opened

  const create = async (basePath: string): Promise<string> => {
    const auth = {
      type: 'basic',
      username: 'bench',
      password: privatePassword,
      tls: { certificate: caBundle },
    } as const
    const spec = { endpoint, basePath, providerType: 'pack', isSyncSupported: true, auth } as const
    const { uid } = await client.call('POST /v1/registries/oci/basic', { body: { metadata: { name: basePath }, spec } })
    return uid ?? ''
  }
  const sync = (uid: string) => client.call('POST /v1/registries/oci/{uid}/basic/sync', { params: { uid } })

  const firstRun = async (basePath: string): Promise<Run & { uid: string }> => {
    let uid = ''
    const run = await measured(client, pid, async () => (uid = await create(basePath)), null)
    return { ...run, uid }
  }
  const first = await firstRun('many')
  const again: Run[] = []
  for (let index = 0; index < 3; index += 1) {
    const { lastRunAt } = (await client.call('GET /atrium/v1/registries/{uid}', { params: { uid: first.uid } })).sync
    again.push(await measured(client, pid, async () => (await sync(first.uid), first.uid), lastRunAt))
  }
  const large = await firstRun('large')

  await plane.prepare(async ({ store }) => addVersions(store))
  await settleTables(plane.databaseUrl)
  const search = await searches(client)
  await opened.close()
  report('Reading registries', [
    { name: `first sync of ${count} packs`, runs: [first.seconds], unit: 's', atMost: 20 },
    { name: '  processor time of the server', runs: [first.cpuSeconds], unit: 's' },
    { name: '  memory of the server grew by', runs: [first.grownMb], unit: 'MB' },
    { name: 'unchanged sync', runs: again.map(({ seconds }) => seconds), unit: 's', atMost: 1 },
    { name: '  processor time of the server', runs: again.map(({ cpuSeconds }) => cpuSeconds), unit: 's' },
    { name: 'memory grew in the sync of a pack of 50 MB by', runs: [large.grownMb], unit: 'MB', atMost: 100 },
    {
      name: `search in ${values.versions} pack versions, p99`,
      runs: [percentile(search, 0.99)],
      unit: 'ms',
      atMost: 20,
    },
    { name: '  median', runs: [percentile(search, 0.5)], unit: 'ms' },
  ])
} finally {
  await registry.stop()
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Does `begin`, which answers the registry, and follows it until a run that began later than `since` has ended well. */
async function measured(client: Client, pid: number, begin: () => Promise<string>, since: string | null): Promise<Run> {
  process.kill(pid, 'SIGUSR2')
  await systemClock.sleep(1000)
  const before = { cpu: cpuMs(pid), bytes: residentBytes(pid) }
  const uid = await begin()
  for (let peak = before.bytes, look = 0; ; look += 1) {
    await systemClock.sleep(20)
    peak = Math.max(peak, residentBytes(pid))
    // Each question takes the server a part of what is measured.
    if (look % 10 > 0) continue
    const { sync } = await client.call('GET /atrium/v1/registries/{uid}', { params: { uid } })
    if (sync.state === 'Failed' || sync.counts.failed > 0)
      throw new Error(`${sync.message} ${JSON.stringify(sync.problems[0])}`)
    if (sync.state === 'Success' && sync.lastRunAt !== since) {
      const seconds = (Date.parse(sync.lastSuccessAt ?? '') - Date.parse(sync.lastRunAt ?? '')) / 1000
      return { seconds, cpuSeconds: (cpuMs(pid) - before.cpu) / 1000, grownMb: (peak - before.bytes) / MB }
    }
  }
}

/** Milliseconds of each search, one after another; the first ones read what is held in memory. */
async function searches(client: Client): Promise<number[]> {
  const filters = [
    { name: { contains: 'search-12' } },
    { name: { eq: 'search-77' }, layer: ['addon'] as 'addon'[] },
    { layer: ['csi'] as 'csi'[] },
    { addOnType: ['monitoring'], layer: ['addon'] as 'addon'[] },
  ]
  const times: number[] = []
  for (let index = 0; index < Number(values.searches) + 20; index += 1) {
    const filter = filters[index % filters.length] ?? {}
    const began = performance.now()
    await client.call('POST /v1/packs/search', { query: { limit: 50 }, body: { filter } })
    if (index >= 20) times.push(performance.now() - began)
  }
  return times
}
