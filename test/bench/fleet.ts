/**
 * A fleet of simulated clusters on a real server, PostgreSQL and links: how long they take, what the server needs for
 * them at rest, how fast a change of a profile arrives, and how fast agents are back after a kill -9 of the server.
 * Run: `node test/bench/fleet.ts [--clusters 100] [--workers 3]`. Linux only: figures of the server are read from /proc.
 * Server, PostgreSQL and the process with all agents share this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { countClusters } from '@atrium/dev-env/simulated-fleet/count.ts'
import { startFleet } from '@atrium/dev-env/simulated-fleet/fleet.ts'
import { changeApps, forEach, makeApps, populate } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { percentile } from './support/percentile.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({
  options: { clusters: { type: 'string', default: '100' }, workers: { type: 'string', default: '3' } },
})
const count = Number(values.clusters)
const workers = Number(values.workers)
const REST_MS = 30_000
const MIB = 2 ** 20
const KIB = 2 ** 10
const AT_ONCE = 8

const until = async (reached: () => boolean | Promise<boolean>): Promise<number> => {
  while (!(await reached())) await systemClock.sleep(250)
  return systemClock.now()
}

const folder = mkdtempSync(join(tmpdir(), 'atrium-fleet-bench-'))
const database = await createTestDatabase()
const arrivedAtMs = new Map<string, number>()
const fleet = await startFleet({
  folder,
  database,
  port: await freePort(),
  behaviour: { installMs: 0, fetchBlobs: false },
  onDesired: (uid) => void arrivedAtMs.set(uid, systemClock.now()),
})
try {
  const { server, agents, client, clock } = fleet
  const connected = (): boolean => agents.all().filter((agent) => agent.connected).length === count
  const emptyBytes = server.residentBytes()
  const beganMs = clock.now()
  const plan = { clusters: count, workers: () => workers, projects: 5, atOnce: AT_ONCE }
  const { profiles, clusters } = await populate(client, plan, clock)
  const requestedMs = clock.now()
  const runningMs = await until(async () => (await countClusters(database.url)).get('Running-Healthy') === count)

  await systemClock.sleep(REST_MS)
  const cpuBefore = server.cpuMs()
  await systemClock.sleep(REST_MS)
  const restCpu = (server.cpuMs() - cpuBefore) / REST_MS
  const restBytes = server.residentBytes()
  const ownBytes = process.memoryUsage().rss

  const apps = await makeApps(client, '1.1.0')
  arrivedAtMs.clear()
  const changedAtMs = new Map<string, number>()
  await forEach(clusters.length, AT_ONCE, async (index) => {
    const cluster = clusters[index]
    if (!cluster) return
    await changeApps(client, cluster, profiles.apps, apps)
    changedAtMs.set(cluster.uid, clock.now())
  })
  await until(() => clusters.every(({ uid }) => arrivedAtMs.has(uid)))
  const arrivals = clusters.map(({ uid }) => Math.max(0, (arrivedAtMs.get(uid) ?? 0) - (changedAtMs.get(uid) ?? 0)))
  await until(async () => (await countClusters(database.url)).get('Running-Healthy') === count)

  await server.kill()
  const killedMs = clock.now()
  await server.start()
  const servingMs = clock.now()
  const backMs = await until(connected)
  report(`${count} simulated clusters of ${workers + 1} machines`, [
    { name: 'all requested', runs: [(requestedMs - beganMs) / 1000], unit: 's' },
    { name: 'first request to all Running and Healthy', runs: [(runningMs - beganMs) / 1000], unit: 's' },
    { name: 'server without clusters, resident', runs: [emptyBytes / MIB], unit: 'MiB' },
    { name: 'server at rest, resident', runs: [restBytes / MIB], unit: 'MiB', atMost: 1_200 },
    { name: 'of it for each cluster and its agent', runs: [(restBytes - emptyBytes) / count / KIB], unit: 'KiB' },
    { name: 'server at rest, of a core', runs: [restCpu * 100], unit: '%', atMost: 15 },
    { name: 'all agents and the cloud, resident', runs: [ownBytes / MIB], unit: 'MiB' },
    { name: 'changed profile to its arrival, p50', runs: [percentile(arrivals, 0.5)], unit: 'ms', atMost: 300 },
    { name: 'changed profile to its arrival, p99', runs: [percentile(arrivals, 0.99)], unit: 'ms', atMost: 1_500 },
    { name: 'killed server serves again', runs: [(servingMs - killedMs) / 1000], unit: 's' },
    { name: 'killed server to all agents back', runs: [(backMs - killedMs) / 1000], unit: 's', atMost: 15 },
  ])
} finally {
  await fleet.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
