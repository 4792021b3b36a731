import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { freePort } from '../free-port.ts'
import { createTestDatabase } from '../postgres.ts'
import type { AgentPlace } from '../simulated-agents/agents.ts'
import { type Fleet, startFleet } from '../simulated-fleet/fleet.ts'
import { type FleetCluster, type FleetProfiles, populate } from '../simulated-fleet/populate.ts'
import { ConditionHistory } from './condition-history.ts'
import { ChaosProxy } from './proxy.ts'
import { skewedClock } from './skewed-clock.ts'

export interface PartitionOptions {
  clusters: number
  /** Workers of each. */
  workers: number
  seed: number
  /** Share of chunks that are lost, on every way, all the time. */
  loss: number
  /** A third of the agents is ahead by this, a third behind. */
  skewMs: number
}

/**
 * A fleet on a real server and PostgreSQL, whose agents are in two places: behind one network that can become a black
 * hole, and behind another one that stays as it is.
 */
export interface PartitionWorld {
  fleet: Fleet
  profiles: FleetProfiles
  /** Behind the network that can be cut. */
  far: FleetCluster[]
  near: FleetCluster[]
  history: ConditionHistory
  databaseUrl: string
  cut(): void
  heal(): void
  close(): Promise<void>
}

export const openPartitionWorld = async (options: PartitionOptions): Promise<PartitionWorld> => {
  await using opened = new AsyncDisposableStack()
  const { loss, seed, skewMs, workers } = options
  const folder = mkdtempSync(join(tmpdir(), 'atrium-partition-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const database = await createTestDatabase()
  opened.defer(() => database.drop())
  const history = await ConditionHistory.keep(database.url)
  opened.defer(() => history.close())
  const port = await freePort()
  const openProxy = async (number: number): Promise<ChaosProxy> => {
    const random = seededRandom(seed + number)
    const proxy = await ChaosProxy.open({ targetPort: port, loss, clock: systemClock, random })
    opened.defer(() => proxy.close())
    return proxy
  }
  const [farWay, nearWay] = [await openProxy(1), await openProxy(2)]
  const farUids = new Set<string>()
  let placed = 0
  const place = (uid: string): AgentPlace => {
    const number = placed++
    if (number % 2 === 0) farUids.add(uid)
    const way = number % 2 === 0 ? farWay : nearWay
    const offsetMs = [skewMs, -skewMs, 0][number % 3] ?? 0
    return { clock: skewedClock(systemClock, offsetMs), reach: () => `https://127.0.0.1:${way.port}` }
  }
  const fleet = await startFleet({
    folder,
    database,
    port,
    cloud: { provisionMs: 200, deleteMs: 200, visibilityDelayMs: 100 },
    behaviour: { installMs: 20, repairMs: 100 },
    place,
  })
  opened.defer(() => fleet.stop())
  const plan = { clusters: options.clusters, workers: () => workers, projects: 2, atOnce: 4 }
  const { profiles, clusters } = await populate(fleet.client, plan, fleet.clock)
  // Whoever has an agent has a place.
  while (fleet.agents.all().length < clusters.length) await fleet.clock.sleep(50)
  const owned = opened.move()
  return {
    ...{ fleet, profiles, history, databaseUrl: database.url },
    far: clusters.filter(({ uid }) => farUids.has(uid)),
    near: clusters.filter(({ uid }) => !farUids.has(uid)),
    cut: () => farWay.cut(),
    heal: () => farWay.heal(),
    close: () => owned.disposeAsync(),
  }
}
