/**
 * How long a page of 100 clusters takes among 10,000, with filter, sort and permissions, over the real HTTP API at 200 requests
 * a second: alone, and while a second tenant with as many clusters asks for pages as fast as it is answered.
 *
 *     node test/bench/list-page.ts [--clusters 10000] [--rate 200] [--seconds 20]
 *
 * Requests come at a constant rate, and their time runs from when they were due. Half of them are a tenant administrator's, half
 * of a user with a role in two of five projects; searches, orders and pages take turns. The server has a core of its own;
 * PostgreSQL and both tenants' clients share the other. Linux only: processes are pinned by taskset.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { cpuMs } from '@atrium/dev-env/process-use.ts'
import { settleTables } from '@atrium/dev-env/tables.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import type { Installation } from '@atrium/server/context.ts'
import type { ApiTarget } from './support/api-client.ts'
import { cores, pin } from './support/cores.ts'
import { addManyClusters } from './support/many-clusters.ts'
import { openLoop } from './support/open-loop.ts'
import { percentile } from './support/percentile.ts'
import { openBenchPlane } from './support/plane.ts'
import { report } from './support/report.ts'
import { openSearchClient, type Search, type SearchClient, SearchRefused } from './support/search-client.ts'

const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
  },
})
const [count, perSecond, seconds] = [Number(values.clusters), Number(values.rate), Number(values.seconds)]
const LIMIT_MS = 15
const PAGE = 100
const PROJECTS = 5
const WARM_UP_SECONDS = 5
const actor: Actor = { type: 'system', uid: 'bench', name: 'bench' }

interface Tenant {
  /** Of the administrator, and of a user with a role in the first two projects. */
  keys: { admin: string; member: string }
  projects: string[]
}

const makeTenant = async (installation: Installation, name: string): Promise<Tenant> => {
  const { store, identity } = installation
  const { tenant, apiKey } = await createTenant(installation, { name }, actor)
  const scope = { tenant: tenant.uid, actor }
  const projects = await store.transaction(tenant.uid, actor, async (tx) => {
    const uids: string[] = []
    for (let index = 0; index < PROJECTS; index += 1) {
      const { meta } = await tx.create({ kind: 'Project', project: null, name: `team-${index}`, spec: {} })
      uids.push(meta.uid)
    }
    return uids
  })
  const user = await identity.createUser(scope, { email: `m@${name}.local`, firstName: 'M', lastName: name })
  const roleUids = [builtInRoleNamed('Project Viewer').uid]
  await identity.setRoleBindings(
    scope,
    user.uid,
    projects.slice(0, 2).map((project) => ({ project, roleUids })),
  )
  const { secret } = await identity.createApiKey(scope, { name: 'bench', userUid: user.uid, expiresAt: null })
  await addManyClusters(store, tenant.uid, projects, count)
  return { keys: { admin: apiKey.reveal(), member: secret.reveal() }, projects }
}

/** One filter of a search: `property` is any of these, or holds this text. */
const having = (property: string, operator: 'eq' | 'contains', ...texts: string[]) => ({
  ...{ property, type: 'string' },
  condition: { string: { operator, negation: false, ignoreCase: true, match: { conjunction: 'or', values: texts } } },
})
const bodyOf = (filters: object[], field: string, order: 'asc' | 'desc') => ({
  filter: { conjunction: 'and', filterGroups: [{ conjunction: 'and', filters }] },
  sort: [{ field, order }],
})
const bodies = [
  bodyOf([having('clusterState', 'eq', 'Running')], 'clusterName', 'asc'),
  bodyOf([having('clusterName', 'contains', 'shop')], 'lastModifiedTimestamp', 'desc'),
  bodyOf(
    [having('healthState', 'eq', 'UnHealthy'), having('environment', 'eq', 'aws', 'local')],
    'clusterName',
    'desc',
  ),
  bodyOf([having('tags', 'eq', 'stage:production')], 'healthState', 'asc'),
]
const searches = bodies.flatMap((body) => [0, PAGE].map((offset) => ({ project: null, limit: PAGE, offset, body })))

/** Every search of each caller once: its first page holds something, and each only what the caller may see. */
const check = async (caller: SearchClient, allowed: readonly string[]): Promise<void> => {
  for (const search of searches) {
    const { items } = JSON.parse(await caller.search(search)) as {
      items: { specSummary: { projectMeta: { uid: string } } }[]
    }
    const foreign = items.some(({ specSummary }) => !allowed.includes(specSummary.projectMeta.uid))
    if ((items.length === 0 && search.offset === 0) || foreign)
      throw new Error(`a wrong page: ${items.length} items of ${JSON.stringify(search)}`)
  }
}

interface Load {
  takenMs: number[]
  failed: number
}

const load = async (callers: readonly SearchClient[], lasting: number): Promise<Load> => {
  let failed = 0
  const takenMs = await openLoop(systemClock, { perSecond, seconds: lasting }, async (index) => {
    const search = searches[Math.floor(index / callers.length) % searches.length] as Search
    try {
      await callers[index % callers.length]?.search(search)
    } catch (error) {
      if (!(error instanceof SearchRefused)) throw error
      failed += 1
    }
  })
  return { takenMs, failed }
}

/** Runs `work` while another tenant asks as fast as it can. */
const flooded = async <T>(target: ApiTarget, work: () => Promise<T>): Promise<{ result: T; flood: Flood }> => {
  const child = fork(join(import.meta.dirname, 'support/flood.ts'), [JSON.stringify(target)])
  const beganMs = systemClock.elapsed()
  try {
    const result = await work()
    if (child.exitCode !== null) throw new Error(`the flood ended with ${child.exitCode}`)
    child.send('stop')
    const [counts] = (await once(child, 'message')) as [{ answered: number; refused: number }]
    const tookSeconds = (systemClock.elapsed() - beganMs) / 1000
    return { result, flood: { answered: counts.answered / tookSeconds, refused: counts.refused / tookSeconds } }
  } finally {
    child.kill('SIGKILL')
  }
}
/** Each second. */
type Flood = { answered: number; refused: number }

pin(process.pid, cores.load)
await using plane = await openBenchPlane({ logLevel: 'info' })
const { victim, flooder } = await plane.prepare(async (installation) => ({
  victim: await makeTenant(installation, 'victim'),
  flooder: await makeTenant(installation, 'flooder'),
}))
await settleTables(plane.databaseUrl)
await plane.server.start()
pin(plane.server.pid, cores.measured)
const server = { url: plane.url, caFile: plane.server.caFile }
const admin = openSearchClient({ ...server, apiKey: victim.keys.admin })
const member = openSearchClient({ ...server, apiKey: victim.keys.member })
const callers = [admin, member]
await check(admin, victim.projects)
await check(member, victim.projects.slice(0, 2))

await load(callers, WARM_UP_SECONDS)
const beforeMs = cpuMs(plane.server.pid)
const alone = await load(callers, seconds)
const serverMs = cpuMs(plane.server.pid) - beforeMs
const { result: besides, flood } = await flooded({ ...server, apiKey: flooder.keys.admin }, async () => {
  await load(callers, WARM_UP_SECONDS)
  return load(callers, seconds)
})
for (const caller of callers) caller.close()

const p99 = percentile(alone.takenMs, 0.99)
const p99Besides = percentile(besides.takenMs, 0.99)
report(`Pages of ${PAGE} of ${count} clusters, ${perSecond} requests a second`, [
  { name: 'alone, p50', runs: [percentile(alone.takenMs, 0.5)], unit: 'ms' },
  { name: 'alone, p99', runs: [p99], unit: 'ms', atMost: LIMIT_MS },
  { name: "server's processor time for each", runs: [serverMs / alone.takenMs.length], unit: 'ms' },
  { name: 'while another tenant floods, p50', runs: [percentile(besides.takenMs, 0.5)], unit: 'ms' },
  { name: 'while another tenant floods, p99', runs: [p99Besides], unit: 'ms' },
  { name: 'that p99 against the one alone', runs: [p99Besides / p99], unit: 'times', atMost: 2 },
  { name: 'requests that failed', runs: [alone.failed + besides.failed], unit: 'of all', atMost: 0 },
  { name: 'pages the other tenant was given', runs: [flood.answered], unit: '/s' },
  { name: 'pages the other tenant was refused', runs: [flood.refused], unit: '/s' },
])
