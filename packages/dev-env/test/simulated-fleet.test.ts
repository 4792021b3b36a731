import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../src/free-port.ts'
import { createTestDatabase, type TestDatabase } from '../src/postgres.ts'
import { countClusters } from '../src/simulated-fleet/count.ts'
import { type Fleet, startFleet } from '../src/simulated-fleet/fleet.ts'
import {
  changeApps,
  deleteCluster,
  type FleetCluster,
  type FleetProfiles,
  makeApps,
  populate,
} from '../src/simulated-fleet/populate.ts'
import { until } from './support/link-world.ts'

const COUNT = 20
const LIMIT_MS = 60_000
let folder: string
let database: TestDatabase
let fleet: Fleet
let profiles: FleetProfiles
let clusters: FleetCluster[]

const allAre = async (shown: string): Promise<boolean> => (await countClusters(database.url)).get(shown) === COUNT

const allRun = (): Promise<void> =>
  until(
    'all run',
    async () => fleet.agents.all().every(({ connected }) => connected) && (await allAre('Running-Healthy')),
    LIMIT_MS,
  )

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-fleet-'))
  database = await createTestDatabase()
  fleet = await startFleet({
    folder,
    database,
    port: await freePort(),
    cloud: { provisionMs: 200, deleteMs: 200, visibilityDelayMs: 100 },
    behaviour: { installMs: 20, repairMs: 100 },
    timing: { refusedMs: 1_000 },
  })
})

afterAll(async () => {
  await fleet?.stop()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

test('a fleet runs, though its cloud throttles, loses replies, has no quota and shows things late', async () => {
  for (const fault of ['lostReply', 'throttle', 'quota'] as const) {
    fleet.cloud.failNext('putCluster', fault, 2)
    fleet.cloud.failNext('putMachine', fault, 4)
  }
  const plan = { clusters: COUNT, workers: (index: number) => index % 4, projects: 3, atOnce: 4 }
  ;({ profiles, clusters } = await populate(fleet.client, plan, fleet.clock))
  await allRun()
  const machines = clusters.flatMap(({ uid }) => fleet.cloud.present(uid).machines)
  expect(machines).toHaveLength(COUNT + 30)
  expect(fleet.cloud.ledger.standing()).toHaveLength(COUNT + machines.length)
  expect(fleet.cloud.ledger.doubled()).toEqual([])
}, 120_000)

test('a new version of a profile reaches every agent, also through a server that is killed in the middle', async () => {
  const apps = await makeApps(fleet.client, '1.1.0')
  for (const cluster of clusters.slice(0, 10)) await changeApps(fleet.client, cluster, profiles.apps, apps)
  await fleet.server.kill()
  await fleet.server.start()
  for (const cluster of clusters.slice(10)) await changeApps(fleet.client, cluster, profiles.apps, apps)
  const hasIt = ({ uid }: FleetCluster): boolean => {
    const agent = fleet.agents.get(uid)
    const web = agent?.desired?.layers.find(({ name }) => name === 'web')
    return web?.version === '1.1.0' && agent?.applied?.generation === agent?.desired?.generation
  }
  await until('every agent has installed it', () => clusters.every(hasIt), LIMIT_MS)
  await allRun()
}, 120_000)

test('a drift, a lost agent and a broken layer are shown, and over once they are', async () => {
  const [drifted, lost, broken] = clusters as [FleetCluster, FleetCluster, FleetCluster]
  const read = ({ uid, project }: FleetCluster) =>
    fleet.client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params: { uid }, project })
  const healthOf = async (cluster: FleetCluster) => (await read(cluster)).status?.health?.state
  await fleet.agents.get(drifted.uid)?.deviate('apps/v1 Deployment default/web')
  const deviations = async () =>
    (
      await fleet.client.call('GET /atrium/v1/clusters/{uid}/deviations', {
        params: { uid: drifted.uid },
        project: drifted.project,
      })
    ).items ?? []
  await until('its repair is shown', async () =>
    (await deviations()).some(
      ({ object, state }) => object === 'apps/v1 Deployment default/web' && state === 'repaired',
    ),
  )
  await fleet.agents.get(lost.uid)?.stop()
  fleet.agents.get(broken.uid)?.breakLayer('web')
  const apps = await makeApps(fleet.client, '1.2.0')
  await changeApps(fleet.client, broken, profiles.apps, apps)
  await until('the loss is shown', async () => (await healthOf(lost)) !== 'Healthy', LIMIT_MS)
  await until('the broken layer is shown', async () => (await healthOf(broken)) !== 'Healthy', LIMIT_MS)
  fleet.agents.get(lost.uid)?.start()
  fleet.agents.get(broken.uid)?.breakLayer(null)
  await allRun()
}, 120_000)

test('deleting the fleet leaves nothing in the cloud, though the server dies within a deletion', async () => {
  fleet.cloud.failNext('deleteCluster', 'crashAfter')
  fleet.cloud.failNext('deleteCluster', 'lostReply', 3)
  const died = fleet.server.pid
  for (const cluster of clusters.slice(0, 1)) await deleteCluster(fleet.client, cluster)
  await until('the server died', () => fleet.server.pid === 0)
  expect(died).not.toBe(0)
  await fleet.server.start()
  for (const cluster of clusters.slice(1)) await deleteCluster(fleet.client, cluster)
  await until('all are gone', async () => (await countClusters(database.url)).size === 0, LIMIT_MS)
  expect(fleet.cloud.ledger.standing()).toEqual([])
  expect(fleet.cloud.ledger.doubled()).toEqual([])
  await until('their agents are gone', () => fleet.agents.all().length === 0)
}, 120_000)
