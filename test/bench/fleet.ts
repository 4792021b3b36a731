/**
 * A fleet of simulated clusters on a real server, PostgreSQL and links: how long they take, what the server needs for
 * them at rest, how fast a change of a profile arrives, and how fast agents are back after a kill -9 of the server.
 *
 *     node test/bench/fleet.ts [--clusters 100] [--workers 3] [--changes 500]
 *
 * Linux only: figures of the server are read from /proc. Server, PostgreSQL and the process with all agents share this
 * machine. How far it is goes to standard error; Ctrl-C ends
 * it with what it found.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { type Fleet, startFleet } from '@atrium/dev-env/simulated-fleet/fleet.ts'
import {
  changeApps,
  type FleetCluster,
  type FleetGround,
  forEach,
  makeApps,
  prepareGround,
  settle,
} from '@atrium/dev-env/simulated-fleet/populate.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { startLasting } from '@atrium/runtime/base/lasting-process.ts'
import { checkOpenFiles, type FleetWatch, watchFleet } from './support/fleet-watch.ts'
import { percentile } from './support/percentile.ts'
import { type Figure, report } from './support/report.ts'

// Ten thousand connections are in this process too.
startLasting()
const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '100' },
    workers: { type: 'string', default: '3' },
    changes: { type: 'string', default: '500' },
  },
})
const count = Number(values.clusters)
const workers = Number(values.workers)
/** Behind the first clusters the server has compiled its code and filled its pools: what is held for each is counted from there. */
const WARM = Math.min(20, Math.floor(count / 5))
const REST_MS = 30_000
const MIB = 2 ** 20
const KIB = 2 ** 10
const AT_ONCE = 8

const figures: Figure[] = []
const arrivedAtMs = new Map<string, number>()

const provision = async (fleet: Fleet, watch: FleetWatch, ground: FleetGround): Promise<FleetCluster[]> => {
  const { client, clock, server } = fleet
  const clusters: FleetCluster[] = []
  const onMade = (made: FleetCluster): void => void clusters.push(made)
  const plan = { workers: () => workers, atOnce: AT_ONCE, ground, clock, onMade, signal: watch.signal }
  await settle(client, { ...plan, clusters: WARM })
  await watch.untilRunning(WARM)
  await clock.sleep(REST_MS)
  const warmBytes = server.residentBytes()
  const beganMs = clock.now()
  const cpuBefore = server.cpuMs()
  const requested = settle(client, { ...plan, clusters: count, from: WARM }).then(() => clock.now())
  const [requestedMs, runningMs] = await Promise.all([requested, watch.untilRunning(count)])
  const cpuEach = (server.cpuMs() - cpuBefore) / (count - WARM)

  await clock.sleep(REST_MS)
  const restCpuBefore = server.cpuMs()
  await clock.sleep(REST_MS)
  const restCpu = (server.cpuMs() - restCpuBefore) / REST_MS
  const restBytes = server.residentBytes()
  figures.push(
    { name: `all but the first ${WARM} requested`, runs: [(requestedMs - beganMs) / 1000], unit: 's' },
    { name: 'first of them to all Running and Healthy', runs: [(runningMs - beganMs) / 1000], unit: 's' },
    { name: "the server's time for each of them", runs: [cpuEach], unit: 'ms' },
    { name: `server at rest with the first ${WARM}, resident`, runs: [warmBytes / MIB], unit: 'MiB' },
    { name: 'server at rest with all, resident', runs: [restBytes / MIB], unit: 'MiB', atMost: 1_200 },
    {
      name: 'of it for each cluster and its agent',
      runs: [(restBytes - warmBytes) / (count - WARM) / KIB],
      unit: 'KiB',
    },
    { name: 'server at rest, of a core', runs: [restCpu * 100], unit: '%', atMost: 15 },
    { name: 'all agents and the cloud, resident', runs: [process.memoryUsage.rss() / MIB], unit: 'MiB' },
  )
  return clusters
}

const change = async (fleet: Fleet, watch: FleetWatch, ground: FleetGround, changed: FleetCluster[]): Promise<void> => {
  const { client, clock } = fleet
  const apps = await makeApps(client, '1.1.0')
  arrivedAtMs.clear()
  const changedAtMs = new Map<string, number>()
  await forEach(changed.length, AT_ONCE, async (index) => {
    const cluster = changed[index]
    if (!cluster || watch.signal.aborted) return
    await changeApps(client, cluster, ground.profiles.apps, apps)
    changedAtMs.set(cluster.uid, clock.now())
  })
  await watch.until('have their change', () => changed.filter(({ uid }) => arrivedAtMs.has(uid)).length, changed.length)
  const arrivals = changed.map(({ uid }) => Math.max(0, (arrivedAtMs.get(uid) ?? 0) - (changedAtMs.get(uid) ?? 0)))
  await watch.untilRunning(count)
  figures.push(
    { name: 'changed profile to its arrival, p50', runs: [percentile(arrivals, 0.5)], unit: 'ms', atMost: 300 },
    { name: 'changed profile to its arrival, p99', runs: [percentile(arrivals, 0.99)], unit: 'ms', atMost: 1_500 },
  )
}

const restart = async ({ server, clock, agents }: Fleet, watch: FleetWatch): Promise<void> => {
  await server.kill()
  const killedMs = clock.now()
  await server.start()
  const servingMs = clock.now()
  const connected = (): number => agents.all().filter((agent) => agent.connected).length
  const backMs = await watch.until('agents are back', connected, count)
  figures.push(
    { name: 'killed server serves again', runs: [(servingMs - killedMs) / 1000], unit: 's' },
    { name: 'killed server to all agents back', runs: [(backMs - killedMs) / 1000], unit: 's', atMost: 15 },
  )
}

checkOpenFiles(count)
const folder = mkdtempSync(join(tmpdir(), 'atrium-fleet-bench-'))
const database = await createTestDatabase()
const fleet = await startFleet({
  folder,
  database,
  port: await freePort(),
  behaviour: { installMs: 0, fetchBlobs: false },
  onDesired: (uid) => void arrivedAtMs.set(uid, systemClock.now()),
})
try {
  figures.push({ name: 'server without clusters, resident', runs: [fleet.server.residentBytes() / MIB], unit: 'MiB' })
  const watch = watchFleet(fleet, database.url, count)
  const ground = await prepareGround(fleet.client, 5)
  const clusters = await provision(fleet, watch, ground)
  watch.say('all run and rested')
  await change(fleet, watch, ground, clusters.slice(-Number(values.changes)))
  watch.say('all changes arrived')
  await restart(fleet, watch)
} finally {
  // What was found before something took too long is worth telling.
  report(`${count} simulated clusters of ${workers + 1} machines`, figures)
  await fleet.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
