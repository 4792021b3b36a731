/**
 * Simulated clusters of 13 machines from request to running: all are requested as fast as the server takes them, eight
 * requests at a time, of a real server with PostgreSQL, real agent links and a cloud in memory whose machines need no
 * time. A cluster runs once its agent has told that every layer is ready, by the server's clock.
 *
 *     node test/bench/provisioning.ts [--clusters 200]
 *
 * The goal is 2,000 clusters in 120 s: fewer have as much less time. Whether a fleet slows down as it grows is told twice: by
 * how long the last hundred that ran took to come up after each other, against the first; and by the time that each of the
 * last hundred requested took for itself, which counts what it waited behind others. Published peer: Cluster API needed 255 min
 * for 1,000 clusters of one machine on 32 cores, the last hundred 4.5 times as long as the first.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { createTestDatabase } from '@atrium/dev-env/postgres.ts'
import { type Fleet, startFleet } from '@atrium/dev-env/simulated-fleet/fleet.ts'
import { type FleetCluster, populate } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { runningSince } from '@atrium/dev-env/simulated-fleet/running.ts'
import { percentile } from './support/percentile.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({ options: { clusters: { type: 'string', default: '200' } } })
const count = Number(values.clusters)
const WORKERS = 12
const AT_ONCE = 8
const GOAL = { clusters: 2_000, seconds: 120 }
const SLOWDOWN = 1.2
/** So many come first and last; of a small fleet a quarter. */
const group = Math.min(100, Math.floor(count / 4))
/** What does not run by then will not. */
const LIMIT_MS = 12 * 60_000
const LOOK_MS = 1_000

interface Provisioned {
  clusters: FleetCluster[]
  beganMs: number
  requestedMs: number
  /** When each of them ran, in their order. */
  runningMs: number[]
}

const provision = async ({ client, clock }: Fleet, databaseUrl: string): Promise<Provisioned> => {
  const plan = { clusters: count, workers: () => WORKERS, projects: 5, atOnce: AT_ONCE }
  const beganMs = clock.now()
  const { clusters } = await populate(client, plan, clock)
  const requestedMs = clock.now()
  let since = await runningSince(databaseUrl)
  while (since.size < count) {
    if (clock.now() - beganMs > LIMIT_MS) throw new Error(`${since.size} of ${count} clusters run after ${LIMIT_MS} ms`)
    await clock.sleep(LOOK_MS)
    since = await runningSince(databaseUrl)
  }
  return { clusters, beganMs, requestedMs, runningMs: clusters.map(({ uid }) => since.get(uid) ?? Number.NaN) }
}

const secondsOf = (times: readonly number[]): number => (Math.max(...times) - Math.min(...times)) / 1000

const database = await createTestDatabase()
const folder = mkdtempSync(join(tmpdir(), 'atrium-provisioning-bench-'))
try {
  const fleet = await startFleet({
    folder,
    database,
    port: await freePort(),
    behaviour: { installMs: 0, fetchBlobs: false },
  })
  try {
    const { clusters, beganMs, requestedMs, runningMs } = await provision(fleet, database.url)
    const own = runningMs.map((at, index) => (at - (clusters[index]?.requestedAtMs ?? Number.NaN)) / 1000)
    const [ownFirst, ownLast] = [own.slice(0, group), own.slice(-group)].map((part) => percentile(part, 0.5))
    const inOrder = runningMs.toSorted((a, b) => a - b)
    const [first, last] = [inOrder.slice(0, group), inOrder.slice(-group)].map(secondsOf)
    const allSeconds = (Math.max(...runningMs) - beganMs) / 1000
    report(`${count} simulated clusters of ${WORKERS + 1} machines`, [
      { name: 'all requested', runs: [(requestedMs - beganMs) / 1000], unit: 's' },
      {
        ...{ name: 'first request to all running', runs: [allSeconds], unit: 's' },
        atMost: (count / GOAL.clusters) * GOAL.seconds,
      },
      { name: 'clusters that came to run', runs: [count / allSeconds], unit: '/s' },
      { name: "a cluster's own request to running, p50", runs: [percentile(own, 0.5)], unit: 's' },
      { name: "a cluster's own request to running, p99", runs: [percentile(own, 0.99)], unit: 's' },
      { name: `first ${group} after each other`, runs: [first ?? Number.NaN], unit: 's' },
      { name: `last ${group} after each other`, runs: [last ?? Number.NaN], unit: 's' },
      {
        ...{ name: `last ${group} against the first`, unit: 'times', atMost: SLOWDOWN },
        runs: [(last ?? Number.NaN) / (first ?? Number.NaN)],
      },
      {
        ...{ name: `own time of the last ${group} requested against the first, p50`, unit: 'times', atMost: SLOWDOWN },
        runs: [(ownLast ?? Number.NaN) / (ownFirst ?? Number.NaN)],
      },
    ])
  } finally {
    await fleet.stop()
  }
} finally {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
