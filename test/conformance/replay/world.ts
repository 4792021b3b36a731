import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { maintenanceMark } from '@atrium/api/link/desired-state.ts'
import type { NodeReport } from '@atrium/api/link/protocol.ts'
import { seedCatalogue } from '@atrium/dev-env/catalogue.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { isoNow, systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { setConditions } from '@atrium/runtime/controller/conditions.ts'
import { createApp } from '@atrium/server/apiserver/app.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import { envToConfig } from '@atrium/server/config/config.ts'
import { createContext } from '@atrium/server/context.ts'
import { computeStatus, ownConditions } from '@atrium/server/controllers/cluster/status.ts'
import { chart } from '../scenarios/catalogue.ts'
import { nodes } from '../scenarios/imported-clusters.ts'

/** The whole API on a database of its own, and somebody who plays controllers and agents. */
export interface ReplayWorld {
  send(request: WorldRequest): Promise<WorldAnswer>
  /** Headers of the client, and of its project. */
  credentials: { ApiKey: string }
  project: { ProjectUid: string }
  /** Gives every Helm repository the chart of the scenarios, and brings every cluster to where controllers and agents would bring it: running, healthy, with a kubeconfig. */
  settle(): Promise<void>
  /** Answers that broke the contract. */
  violations: string[]
  close(): Promise<void>
}

export interface WorldRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
}
export interface WorldAnswer {
  status: number
  contentType: string | null
  text: string
}

/** As an agent reports them that has done what was asked of each. */
const nodesOf = ({ maintenance = [] }: ClusterSpec): NodeReport[] =>
  nodes.map((name) => {
    const asked = maintenance.find(({ node }) => node === name)
    return {
      ...{ name, providerId: name, ready: true, message: '', notReadySince: null },
      ...(asked?.action === 'cordon' && { unschedulable: true as const }),
      ...(asked && { maintenance: { done: maintenanceMark(asked), problem: '' } }),
    }
  })

const actor = { type: 'system', uid: 'conformance', name: 'conformance' } as const

export async function openWorld(): Promise<ReplayWorld> {
  const database = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'atrium-replay-'))
  const config = envToConfig({
    databaseUrl: database.url,
    ...(database.appUrl && { databaseAppUrl: database.appUrl }),
    ...(database.systemUrl && { databaseSystemUrl: database.systemUrl }),
    pkiDir: join(folder, 'pki'),
    rootKeyFile: join(folder, 'root.key'),
    logLevel: 'silent',
  })
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  const installation = await createContext(config, {
    logger: silentLogger,
    clouds: { checkAccount: () => Promise.resolve(), checkBucket: () => Promise.resolve() },
    providers: { local: async () => provider },
  })
  // Registries of a conversation are on no network.
  installation.checkRegistry = async () => {}
  const { store } = installation
  await seedCatalogue(store)
  const made = await createTenant(installation, { name: 'default' }, actor)
  const violations: string[] = []
  const imports = { url: 'https://plane.test', manifest: () => Promise.resolve('kind: List\n') }
  const app = createApp({ ...installation, imports }, { onContractViolation: (message) => violations.push(message) })
  await app.ready()
  return {
    violations,
    credentials: { ApiKey: made.apiKey.reveal() },
    project: { ProjectUid: made.project.uid },
    async send({ method, url, headers, body }) {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers,
        ...(body !== undefined && { payload: body }),
      })
      const type = answer.headers['content-type']
      return {
        status: answer.statusCode,
        contentType: typeof type === 'string' ? (type.split(';')[0] ?? null) : null,
        text: answer.body,
      }
    },
    async settle() {
      await settleRegistries(store, made.tenant.uid)
      await settleClusters(store, made.tenant.uid)
    },
    async close() {
      await app.close()
      await installation.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Store = Awaited<ReturnType<typeof createContext>>['store']

const settleRegistries = (store: Store, tenant: string): Promise<void> =>
  store.transaction(tenant, actor, async (tx) => {
    for (const { meta, spec, status } of (await tx.list('Registry')).items) {
      if (spec.type !== 'helm' || status.sync) continue
      const owner = { kind: 'Registry', uid: meta.uid }
      for (const version of chart.versions)
        await tx.create({ kind: 'Pack', project: null, name: chart.name, owner, spec: chartPack(meta.uid, version) })
      const now = isoNow(systemClock)
      const sync = { state: 'Success' as const, message: '', lastRunAt: now, lastSuccessAt: now }
      await tx.updateStatus('Registry', meta.uid, { status: { sync } })
    }
  })

const chartPack = (registryUid: string, version: string): PackSpec => ({
  ...{
    registryUid,
    version,
    displayName: chart.name,
    layer: 'addon',
    addonType: '',
    cloudTypes: ['all'],
    type: 'helm',
  },
  ...{ repository: 'charts/web', digest: `sha256:${version}`, values: chart.values, readme: '', presets: [] },
  ...{ schema: null, annotations: {}, constraints: null },
})

const settleClusters = (store: Store, tenant: string): Promise<void> =>
  store.transaction(tenant, actor, async (tx) => {
    for (const { meta, spec, status } of (await tx.list('Cluster')).items) {
      const layers = spec.profiles.flatMap(({ uid, layers: declared }) =>
        declared.map((layer) => ({
          ...{ name: layer.name, profileUid: uid, packUid: layer.packUid, version: layer.version },
          ...{ state: 'Ready' as const, message: 'Ready', startedAt: null, finishedAt: null, installedDigest: null },
        })),
      )
      const settled = {
        status: 'True',
        reason: 'AsDeclared',
        message: '',
        observedGeneration: meta.generation,
      } as const
      const total = spec.machinePools.reduce((sum, pool) => sum + pool.size, 0)
      const computed = computeStatus({
        generation: meta.generation,
        before: status,
        drafts: new Map(ownConditions.map((type) => [type, { type, ...settled }])),
        failures: [],
        machines: { total, ready: total },
        layers: { total: layers.length, ready: layers.length },
        begun: true,
        imported: spec.import !== undefined,
        now: systemClock.now(),
        stepLimitMs: Number.POSITIVE_INFINITY,
      })
      const endpoint = { host: 'cluster.test', port: 6443 }
      const ref = { kind: 'Cluster', uid: meta.uid }
      // That of an imported one is its owner's.
      if (!spec.import) await tx.putSecret(ref, 'kubeconfig', new Secret('kind: Config\n'))
      await tx.updateStatus('Cluster', meta.uid, {
        status: { ...computed.status, layers, endpoint, ...(spec.import && { nodes: nodesOf(spec) }) },
        conditions: setConditions([], computed.conditions, isoNow(systemClock)),
      })
    }
  })
