import { generateKeyPairSync } from 'node:crypto'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { defaultTiming } from '@atrium/runtime/controller/options.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import { defaultClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { type AgentDisk, SimAgent } from './agent.ts'
import type { Plants } from './bugs.ts'
import { CLOUD, SimCloud } from './cloud.ts'
import { Disturbances } from './disturbances.ts'
import { drawFaults, type Faults, NO_FAULTS } from './faults.ts'
import { IntentChecker } from './intents.ts'
import { Ledger } from './ledger.ts'
import { MemoryLinkRecords } from './link-records.ts'
import { SimNetwork } from './network.ts'
import { OrderChecker } from './order.ts'
import { Pods } from './pods.ts'
import type { Report } from './problems.ts'
import { SimProcess } from './process.ts'
import { Kubes, SimServer, tenant } from './server.ts'
import { checkedStore } from './store-view.ts'
import { Trace } from './trace.ts'
import { SimUser } from './user.ts'
import { WriterChecker } from './writers.ts'

export const DAY_MS = 24 * 3_600_000
/** Of all seeds: they see a partition of days, with loops that turn slowly, or they would take most of the time. */
const LONG_SHARE = 0.05
const slowTiming = { ...defaultClusterTiming, observeMs: 600_000, busyMs: 120_000 }
const slowPollMs = 60_000
/** Of what only looks whether something happened. */
export const SLOW_LOOK_MS = 30_000
const POD_LOOK_MS = 1_500
export const watcher = systemActor('simulation')

/** One key for all agents: it costs milliseconds to make, and no frame's signature is part of the trace. */
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** Servers, database, network, clouds, agents and users of one seed, and the checkers that look on. */
export class World {
  readonly clock = new ManualClock()
  readonly random: Random
  readonly trace = new Trace(() => this.clock.now())
  readonly store: MemoryStore
  readonly intents: IntentChecker
  readonly ledger: Ledger
  readonly network: SimNetwork
  readonly cloud: SimCloud
  readonly users: SimUser[] = []
  readonly disturbances: Disturbances
  /** It sees a partition of days. */
  readonly isLong: boolean
  readonly #plants: Plants
  /** As servers get it. */
  readonly #shared: Store
  readonly #order: OrderChecker
  readonly #kubes = new Kubes()
  readonly #records = new MemoryLinkRecords(this.clock)
  readonly #servers: SimServer[] = []
  readonly #pods: Pods
  readonly #over = new AbortController()
  #faults: Faults
  #incarnations = 0

  constructor(seed: number, plants: Plants, report: Report) {
    this.#plants = plants
    this.random = seededRandom(seed)
    this.isLong = this.random.fraction() < LONG_SHARE
    this.#faults = drawFaults(this.random)
    this.intents = new IntentChecker(report)
    this.#order = new OrderChecker(report)
    this.ledger = new Ledger(report)
    const writers = new WriterChecker(report, () => this.clock.now())
    this.store = new MemoryStore({ clock: this.clock, random: this.#fork() })
    this.#shared = checkedStore(plants.store(this.store), writers)
    this.network = new SimNetwork({
      ...{ clock: this.clock, random: this.#fork(), trace: this.trace },
      faults: () => this.#faults,
    })
    this.cloud = this.#createCloud()
    this.#pods = new Pods({
      ...{ clock: this.clock, cloud: this.cloud, kubes: this.#kubes },
      lookMs: this.isLong ? SLOW_LOOK_MS : POD_LOOK_MS,
      start: (name, disk) => this.#startAgent(name, disk),
    })
    this.disturbances = new Disturbances({
      ...{ random: this.#fork(), clock: this.clock, network: this.network, faults: this.#faults },
      victims: {
        servers: () => this.#servers.map(({ process }) => process),
        agents: () => this.livingAgents(),
        cloud: this.cloud,
      },
    })
  }

  start(): void {
    void this.#watch()
    for (let slot = 0; slot < 2; slot += 1) this.#startServer(slot)
    this.#startUsers()
  }

  /** From now on nothing goes wrong any more, and nobody wants anything new. */
  heal(): void {
    this.trace.add('world', 'faults end')
    this.#faults = NO_FAULTS
    this.cloud.fake.options = { ...this.cloud.fake.options, visibilityDelayMs: 0 }
    this.disturbances.stop()
    this.network.mendAll()
    this.cloud.api.spare()
    for (const { process } of this.#servers) process.spare()
    for (const { process } of this.livingAgents()) process.spare()
    for (const user of this.users) user.stop()
  }

  end(): void {
    this.#over.abort()
    for (const { process } of [...this.#servers, ...this.users]) process.kill()
    for (const { process } of this.livingAgents()) process.kill()
    this.cloud.api.kill()
  }

  livingAgents(): { process: SimProcess; uid: string }[] {
    return this.#pods.living()
  }

  /** What is installed in a cluster: layer id → digest of its values. */
  installedIn(uid: string): ReadonlyMap<string, string> {
    return this.#pods.installedIn(uid)
  }

  /** Everything that becomes of clusters in the database, before anybody else can act on it. */
  async #watch(): Promise<void> {
    const { signal } = this.#over
    for await (const { uid } of this.store.watch({ tenant, kinds: ['Cluster'], since: 0, signal })) {
      const cluster = await this.store.transaction(tenant, watcher, (tx) => tx.get('Cluster', uid))
      this.intents.seen(uid, cluster)
      if (!cluster) continue
      this.#order.seen(cluster)
      this.#pods.expect(uid)
    }
  }

  #startServer(slot: number): void {
    const process = this.#newProcess(`server-${slot}`)
    // Before its first step, which may be its last.
    process.onDeath(() => this.#again(() => this.#startServer(slot)))
    this.#servers[slot] = new SimServer(process, `plane-${this.#incarnations}`, {
      store: this.#shared,
      ...{ records: this.#records, network: this.network, cloud: this.cloud, kubes: this.#kubes },
      timing: this.isLong ? slowTiming : defaultClusterTiming,
      pollMs: this.isLong ? slowPollMs : defaultTiming.pollMs,
      publicKey: keys.publicKey,
      logger: (name) => this.#loggerOf(name),
    })
  }

  #createCloud(): SimCloud {
    const cloud = new SimCloud(
      {
        ...{ clock: this.clock, random: this.#fork(), network: this.network, ledger: this.ledger },
        visibilityDelayMs: this.#faults.visibilityDelayMs,
      },
      this.#newProcess(CLOUD),
    )
    const revive = (): void =>
      this.#again(() => {
        cloud.restart(this.#newProcess(CLOUD))
        cloud.api.onDeath(revive)
      })
    cloud.api.onDeath(revive)
    this.#plants.cloud(cloud)
    return cloud
  }

  #startUsers(): void {
    const count = this.isLong ? 1 : 1 + Math.floor(this.random.fraction() * 3)
    const restMs = this.isLong ? DAY_MS / 2 : this.#plants.restMs
    for (let index = 0; index < count; index += 1) {
      const deps = { network: this.network, intents: this.intents, pickServer: () => this.#pickServer() }
      const process = new SimProcess(`user-${index}`, this.clock, this.#fork(), {
        stepsLeft: Number.POSITIVE_INFINITY,
        offsetMs: 0,
      })
      this.users.push(new SimUser(process, `demo${index}`, deps, { deletes: this.random.fraction() < 0.3, restMs }))
    }
  }

  #startAgent(name: string, disk: AgentDisk): SimAgent {
    return new SimAgent(this.#newProcess(name), disk, {
      ...{ network: this.network, cloud: this.cloud, kubes: this.#kubes, order: this.#order, privateKeyPem },
      pickServer: () => this.#pickServer(),
      supersedes: this.#plants.supersedes,
    })
  }

  #pickServer(): SimServer | null {
    return this.#servers[Math.floor(this.random.fraction() * this.#servers.length)] ?? null
  }

  #newProcess(name: string): SimProcess {
    this.#incarnations += 1
    this.trace.add(name, 'starts')
    const { crashWithinSteps, skewMs } = this.#faults
    const process = new SimProcess(name, this.clock, this.#fork(), {
      stepsLeft: Math.floor(crashWithinSteps * this.random.fraction()),
      offsetMs: Math.round((this.random.fraction() * 2 - 1) * skewMs),
    })
    process.onDeath(() => this.trace.add(name, 'dies'))
    return process
  }

  #again(start: () => void): void {
    if (this.#over.signal.aborted) return
    this.clock.after(500 + this.random.fraction() * 20_000, () => {
      if (!this.#over.signal.aborted) start()
    })
  }

  /** What processes log is part of the trace: it tells why. */
  #loggerOf(name: string): Logger {
    const log = (fields: object, message?: string): void =>
      this.trace.add(name, `log: ${message ?? ''}${reasonIn(fields)}`)
    return { debug: () => undefined, info: log, warn: log, error: log, child: () => this.#loggerOf(name) }
  }

  #fork(): Random {
    return seededRandom(Math.floor(this.random.fraction() * 2 ** 32))
  }
}

const reasonIn = (fields: object): string => {
  const { reason, error } = fields as { reason?: unknown; error?: unknown }
  const text = reason ?? error
  return typeof text === 'string' ? ` (${text})` : ''
}
