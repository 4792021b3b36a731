/**
 * How long reads and writes of clients take over the real HTTP API with 10,000 clusters, 2,000 users and 500 profiles in the
 * tenant, at 100 requests a second; and what 4,000 more grants of roles change about it. A bare server is asked as often first:
 * what that takes is the machine.
 *
 *     node test/bench/api.ts [--clusters 10000] [--users 2000] [--profiles 500] [--grants 4000] [--rate 100] [--seconds 60] [--seed 1]
 *
 * Requests come at a constant rate, and their time runs from when they were due: four reads to one write, of two dozen
 * operations that Terraform and the console use most, from a seed. Server, PostgreSQL and clients share two cores.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cpuMs } from '@atrium/dev-env/process-use.ts'
import { settleTables } from '@atrium/dev-env/tables.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import type { Installation } from '@atrium/server/context.ts'
import type { LoadOrder, LoadResult, LoadSetting } from './support/api-load.ts'
import type { ApiWorld } from './support/api-requests.ts'
import { addManyClusters } from './support/many-clusters.ts'
import { addManyGrants, addManyUsers } from './support/many-people.ts'
import { addManyProfiles, benchActor } from './support/many-profiles.ts'
import { percentile } from './support/percentile.ts'
import { openBenchPlane } from './support/plane.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '10000' },
    users: { type: 'string', default: '2000' },
    profiles: { type: 'string', default: '500' },
    grants: { type: 'string', default: '4000' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    each: { type: 'boolean', default: false },
  },
})
const sizes = { clusters: Number(values.clusters), users: Number(values.users), profiles: Number(values.profiles) }
const [grants, perSecond, seconds] = [Number(values.grants), Number(values.rate), Number(values.seconds)]
const PROJECTS = 40
const WARM_UP_SECONDS = 30
const BARE_WARM_UP_SECONDS = 5
const READ_MS = 10
const WRITE_MS = 25
const MOST_CHANGE = 1.1

const makeTenant = async (installation: Installation): Promise<{ apiKey: string; world: ApiWorld }> => {
  const { store, identity } = installation
  const { tenant, apiKey } = await createTenant(installation, { name: 'acme' }, benchActor)
  const limits = { user: 100_000, clusterprofile: 100_000, filter: 100_000, project: 100_000, macro: 100_000 }
  await identity.putSetting({ tenant: tenant.uid, actor: benchActor }, 'resourceLimits', limits)
  const { projects, filters } = await store.transaction(tenant.uid, benchActor, async (tx) => ({
    projects: await Promise.all(
      Array.from({ length: PROJECTS }, (_, index) =>
        tx.create({ kind: 'Project', project: null, name: `team-${index}`, spec: {} }).then(({ meta }) => meta.uid),
      ),
    ),
    filters: await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        tx
          .create({
            kind: 'TagFilter',
            project: null,
            name: `filter-${index}`,
            spec: { conjunction: 'and', conditions: [] },
          })
          .then(({ meta }) => meta.uid),
      ),
    ),
  }))
  await addManyClusters(store, tenant.uid, projects, sizes.clusters)
  const profiles = await addManyProfiles(store, tenant.uid, projects, sizes.profiles)
  const users = await addManyUsers(plane.databaseUrl, tenant.uid, sizes.users)
  await addManyGrants(plane.databaseUrl, tenant.uid, { users, projects, count: sizes.users })
  const clusters = await store.transaction(tenant.uid, benchActor, async (tx) => {
    const { items } = await tx.listBrief('Cluster', { where: { cloudType: 'inmemory' }, limit: 500 })
    return items.map(({ meta, columns }) => ({
      ...{ uid: meta.uid, project: meta.project ?? '', config: columns.cloudConfigUid ?? '' },
    }))
  })
  return { apiKey: apiKey.reveal(), world: { tenant: tenant.uid, projects, users, profiles, clusters, filters } }
}

const startLoad = (setting: LoadSetting): ChildProcess => {
  const child = fork(join(import.meta.dirname, 'support/api-load.ts'))
  child.send(setting)
  return child
}

let asked = 0
const ask = async (child: ChildProcess, lasting: number): Promise<LoadResult> => {
  const order: LoadOrder = { perSecond, seconds: lasting, first: asked }
  asked += perSecond * lasting + 100
  child.send(order)
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended with ${code}`))),
  ])) as [LoadResult]
  if (result.failed.length > 0)
    throw new Error(`${result.failed.length} failed:\n${result.failed.slice(0, 10).join('\n')}`)
  return result
}

/** The same requests to a server that does next to nothing: what the machine itself puts into the tail. */
const askBare = async (databaseUrl: string, setting: LoadSetting): Promise<LoadResult> => {
  const server = fork(join(import.meta.dirname, 'support/bare-api.ts'), [databaseUrl])
  const [url] = (await once(server, 'message')) as [string]
  const child = startLoad({ ...setting, target: { ...setting.target, url } })
  try {
    await ask(child, BARE_WARM_UP_SECONDS)
    return await ask(child, seconds)
  } finally {
    child.disconnect()
    server.disconnect()
  }
}

const timesOf = ({ taken }: LoadResult, sort: 'read' | 'write'): number[] =>
  taken.filter((one) => one.sort === sort).map(({ ms }) => ms)

const allTimesOf = ({ taken }: LoadResult): number[] => taken.map(({ ms }) => ms)

/** Where the time goes: told on request. */
const tellEach = ({ taken }: LoadResult): void => {
  for (const [name, all] of Map.groupBy(taken, (one) => one.name)) {
    const ms = all.map((one) => one.ms)
    const [p50, p99] = [percentile(ms, 0.5), percentile(ms, 0.99)]
    process.stdout.write(`${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, of ${ms.length}: ${name}\n`)
  }
}

await using plane = await openBenchPlane({ logLevel: 'info' })
const { apiKey, world } = await plane.prepare(makeTenant)
await settleTables(plane.databaseUrl)
await plane.server.start()
const target = { url: plane.url, caFile: plane.server.caFile, apiKey }
const setting = { target, world, seed: Number(values.seed) }
const bare = await askBare(plane.databaseUrl, setting)
const child = startLoad(setting)
await ask(child, 0)
await ask(child, WARM_UP_SECONDS)
const beforeMs = cpuMs(plane.server.pid)
const plain = await ask(child, seconds)
const serverMs = (cpuMs(plane.server.pid) - beforeMs) / plain.taken.length
await addManyGrants(plane.databaseUrl, world.tenant, { ...world, count: grants })
await settleTables(plane.databaseUrl)
await ask(child, WARM_UP_SECONDS)
const beforeGrantedMs = cpuMs(plane.server.pid)
const granted = await ask(child, seconds)
const grantedMs = (cpuMs(plane.server.pid) - beforeGrantedMs) / granted.taken.length
child.disconnect()
if (values.each) tellEach(plain)

const p99 = (result: LoadResult, sort: 'read' | 'write'): number => percentile(timesOf(result, sort), 0.99)
const changeOf = (sort: 'read' | 'write'): number => p99(granted, sort) / p99(plain, sort)
report(`Requests of clients, ${perSecond} a second, ${Object.entries(sizes).flat().join(' ')}`, [
  { name: 'reads, p50', runs: [percentile(timesOf(plain, 'read'), 0.5)], unit: 'ms' },
  { name: 'reads, p99', runs: [p99(plain, 'read')], unit: 'ms', atMost: READ_MS },
  { name: 'writes, p50', runs: [percentile(timesOf(plain, 'write'), 0.5)], unit: 'ms' },
  { name: 'writes, p99', runs: [p99(plain, 'write')], unit: 'ms', atMost: WRITE_MS },
  ...[0.5, 0.99].map((part) => ({
    ...{ name: `a bare server, p${part * 100}`, runs: [percentile(allTimesOf(bare), part)], unit: 'ms' },
  })),
  { name: "server's processor time for each", runs: [serverMs], unit: 'ms' },
  {
    name: `reads with ${grants} more grants, p99 against that without`,
    runs: [changeOf('read')],
    unit: 'times',
    atMost: MOST_CHANGE,
  },
  { name: 'writes the same', runs: [changeOf('write')], unit: 'times', atMost: MOST_CHANGE },
  { name: "server's processor time for each, with them", runs: [grantedMs], unit: 'ms' },
])
