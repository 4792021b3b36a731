import { linkLimits } from '@atrium/api/link/protocol.ts'
import type { ConditionChange } from '@atrium/dev-env/chaos/condition-history.ts'
import { openPartitionWorld, type PartitionWorld } from '@atrium/dev-env/chaos/partition-world.ts'
import { countClusters } from '@atrium/dev-env/simulated-fleet/count.ts'
import { changeApps, type FleetCluster, makeApps, scaleWorkers } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../e2e/harness/wait.ts'

const whole = process.env.ATRIUM_TEST_ALL === '1'
const cutMs = whole ? 20 * 60_000 : 2 * 60_000
/** `ATRIUM_PARTITION_SEED=… ./atrium test test/chaos/partition.test.ts` repeats the changes and the losses. */
const seed = Number(process.env.ATRIUM_PARTITION_SEED ?? Date.now() % 1_000_000)
const CLUSTERS = 24
const WORKERS = 1
const MOST_WORKERS = 3
const VERSIONS = 4
/** Between two changes of a specification. */
const PAUSE_MS = 2_000
/** After so many missed heartbeats a cluster counts as away; the rest is for a machine that does other work. */
const SHOWN_LIMIT_MS = linkLimits.missedHeartbeats * linkLimits.heartbeatMs + 15_000
/** It takes a second or two; a machine that does other work took 31 s. `test/bench/partition.ts` judges the time. */
const CONVERGENCE_LIMIT_MS = 90_000

let world: PartitionWorld
beforeAll(async () => {
  world = await openPartitionWorld({ clusters: CLUSTERS, workers: WORKERS, seed, loss: 0.02, skewMs: 5 * 60_000 })
})
afterAll(() => world?.close())

/** What was told ok last, of each cluster. */
interface Told {
  apps: string
  version: string
  workers: number
}
const told = new Map<string, Told>()

const agentOf = ({ uid }: FleetCluster) => world.fleet.agents.get(uid)
const readyChanges = (of: readonly FleetCluster[], sinceMs: number): Promise<ConditionChange[]> =>
  world.history.changes(
    'AgentReady',
    of.map(({ uid }) => uid),
    sinceMs,
  )

/** What keeps clusters from being what was told ok; empty = nothing. */
const unlike = (clusters: readonly FleetCluster[]): string[] =>
  clusters.flatMap((cluster) => {
    const wanted = told.get(cluster.uid)
    const { desired, applied } = agentOf(cluster) ?? {}
    const version = desired?.layers.find(({ name }) => name === 'web')?.version
    const workers = world.fleet.cloud.present(cluster.uid).machines.filter((machine) => !machine.isControlPlane).length
    return [
      ...(version === wanted?.version ? [] : [`${cluster.name} has ${version}, not ${wanted?.version}`]),
      ...(workers === wanted?.workers ? [] : [`${cluster.name} has ${workers} workers, not ${wanted?.workers}`]),
      ...(applied?.generation === desired?.generation ? [] : [`${cluster.name} is at work`]),
    ]
  })

const untilAsTold = (what: string, clusters: readonly FleetCluster[]): Promise<unknown> =>
  eventually(
    what,
    () => {
      const seen = unlike(clusters)
      return { done: seen.length === 0, seen }
    },
    CONVERGENCE_LIMIT_MS,
  )

const untilAllRun = (): Promise<unknown> =>
  eventually('all are Running and Healthy', async () => {
    const seen = await countClusters(world.databaseUrl)
    return { done: seen.get('Running-Healthy') === CLUSTERS, seen }
  })

it(
  `half the agents in a black hole for ${cutMs / 60_000} minutes, among 2 % loss and clocks 5 minutes wrong (seed ${seed})`,
  async () => {
    try {
      await run()
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}\n` +
          `again: ATRIUM_PARTITION_SEED=${seed} ./atrium test test/chaos/partition.test.ts${whole ? ' --all' : ''}`,
        { cause: error },
      )
    }
  },
  cutMs + 5 * 60_000,
)

async function run(): Promise<void> {
  const { fleet, far, near, profiles } = world
  const { clock } = fleet
  for (const { uid } of [...far, ...near]) told.set(uid, { apps: profiles.apps, version: '1.0.0', workers: WORKERS })
  await untilAllRun()
  const calmMs = clock.now()
  const positions = far.map((cluster) => agentOf(cluster)?.desired?.generation)

  const startMs = clock.now()
  world.cut()
  const changes = changeUntil(startMs + cutMs)
  const gone = await eventually(
    'every cluster in the black hole is shown so',
    async () => {
      const seen = (await readyChanges(far, startMs)).filter(({ status }) => status === 'False')
      return { done: seen.length === far.length && seen, seen }
    },
    SHOWN_LIMIT_MS,
  )
  const made = await changes
  await untilAsTold('the reachable ones have every change that was told ok', near)
  // Nothing crossed the hole, or this would test nothing.
  expect(far.map((cluster) => agentOf(cluster)?.desired?.generation)).toEqual(positions)

  const healedMs = clock.now()
  world.heal()
  const [connectedMs, back] = await Promise.all([
    eventually(
      'every agent is connected',
      () => {
        const seen = far.filter((cluster) => !agentOf(cluster)?.connected).map(({ name }) => name)
        return { done: seen.length === 0 && clock.now(), seen }
      },
      CONVERGENCE_LIMIT_MS,
    ),
    eventually(
      'every cluster is shown to be back',
      async () => {
        const seen = (await readyChanges(far, healedMs)).filter(({ status }) => status === 'True')
        return { done: seen.length === far.length && seen, seen }
      },
      CONVERGENCE_LIMIT_MS,
    ),
  ])
  await untilAsTold('all have every change that was told ok', [...far, ...near])
  await untilAllRun()
  const convergedMs = clock.now()

  // Each went once and came once; whoever could be reached never went.
  const ofFar = await readyChanges(far, calmMs)
  for (const { uid } of far)
    expect(ofFar.filter((change) => change.uid === uid).map(({ status }) => status)).toEqual(['False', 'True'])
  expect(await readyChanges(near, calmMs)).toEqual([])
  expectLedger()
  const latest = (all: ConditionChange[], sinceMs: number): string =>
    `${((Math.max(...all.map(({ atMs }) => atMs)) - sinceMs) / 1000).toFixed(1)} s`
  process.stdout.write(
    `partition (seed ${seed}): ${made} changes; all shown unreachable after ${latest(gone, startMs)}, ` +
      `connected after ${((connectedMs - healedMs) / 1000).toFixed(1)} s, ` +
      `shown as back after ${latest(back, healedMs)}, converged after ${((convergedMs - healedMs) / 1000).toFixed(1)} s\n`,
  )
}

/** Changes specifications of clusters on both sides; answers how many changes were told ok. */
async function changeUntil(endMs: number): Promise<number> {
  const { fleet, profiles } = world
  const clusters = [...world.far, ...world.near]
  const random = seededRandom(seed)
  const versions = new Map([['1.0.0', profiles.apps]])
  for (let number = 1; number < VERSIONS; number += 1)
    versions.set(`1.${number}.0`, await makeApps(fleet.client, `1.${number}.0`))
  let made = 0
  for (; systemClock.now() < endMs; made += 1) {
    const cluster = clusters[Math.floor(random.fraction() * clusters.length)]
    const before = cluster && told.get(cluster.uid)
    if (!before) continue
    if (random.fraction() < 0.5) {
      const workers = Math.floor(random.fraction() * (MOST_WORKERS + 1))
      await scaleWorkers(fleet.client, cluster, workers)
      told.set(cluster.uid, { ...before, workers })
    } else {
      const others = [...versions].filter(([version]) => version !== before.version)
      const [version, apps] = others[Math.floor(random.fraction() * others.length)] ?? ['', '']
      await changeApps(fleet.client, cluster, before.apps, apps)
      told.set(cluster.uid, { ...before, version, apps })
    }
    await systemClock.sleep(random.fraction() * PAUSE_MS)
  }
  return made
}

/** The cloud holds what was declared, made once. */
function expectLedger(): void {
  const { ledger } = world.fleet.cloud
  const declared = [...told.values()].reduce((sum, { workers }) => sum + 2 + workers, 0)
  expect(ledger.standing()).toHaveLength(declared)
  expect(ledger.doubled()).toEqual([])
}
