import { generateKeyPairSync } from 'node:crypto'
import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { defaultTiming } from '@atrium/runtime/controller/options.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Store, StoredObject } from '@atrium/runtime/store/store.ts'
import { agentNames } from '@atrium/server/controllers/cluster/agent-manifest.ts'
import { defaultClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { type AgentDisk, SimAgent } from './agent.ts'
import { NO_PLANTS, type Plants } from './bugs.ts'
import { CLOUD, SimCloud } from './cloud.ts'
import { Disturbances } from './disturbances.ts'
import { drawFaults, type Faults, NO_FAULTS } from './faults.ts'
import { differences, IntentChecker } from './intents.ts'
import { Ledger } from './ledger.ts'
import { MemoryLinkRecords } from './link-records.ts'
import { SimNetwork } from './network.ts'
import { OrderChecker } from './order.ts'
import type { Problem, Report } from './problems.ts'
import { SimProcess } from './process.ts'
import { Kubes, SimServer, tenant } from './server.ts'
import { checkedStore } from './store-view.ts'
import { Trace } from './trace.ts'
import { SimUser } from './user.ts'
import { WriterChecker } from './writers.ts'

const DAY_MS = 24 * 3_600_000
/** All is well within this time after the last fault. */
export const CONVERGENCE_MS = 15 * 60_000
/** Stays well for this long. */
const CALM_MS = 60_000
const LOOK_MS = 2_000
/** Of all seeds: they see a partition of days, with loops that turn slowly, or they would take most of the time. */
const LONG_SHARE = 0.05
const slowTiming = { ...defaultClusterTiming, observeMs: 600_000, busyMs: 120_000 }
const slowPollMs = 60_000
/** Of what only looks whether something happened. */
const SLOW_LOOK_MS = 30_000
const watcher = systemActor('simulation')

/** One key for all agents: it costs milliseconds to make, and no frame's signature is part of the trace. */
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

export interface Outcome {
  seed: number
  problem: Problem | null
  /** Of every event: two runs of one seed have the same. */
  digest: string
  events: number
  /** The last ones, oldest first. */
  trace: string[]
  /** Virtual time that passed. */
  simulatedMs: number
}

/** One world from one seed: servers, database, agents, clouds and users, first under faults, then left alone. */
export async function simulate(seed: number, plants: Partial<Plants> = {}): Promise<Outcome> {
  const world = new Simulation(seed, { ...NO_PLANTS, ...plants })
  return world.run()
}

class Simulation {
  readonly #seed: number
  readonly #plants: Plants
  readonly #clock = new ManualClock()
  readonly #random: Random
  readonly #trace = new Trace(() => this.#clock.now())
  readonly #store: MemoryStore
  /** As servers get it. */
  readonly #shared: Store
  readonly #intents: IntentChecker
  readonly #order: OrderChecker
  readonly #ledger: Ledger
  readonly #writers: WriterChecker
  readonly #network: SimNetwork
  readonly #kubes = new Kubes()
  readonly #records = new MemoryLinkRecords(this.#clock)
  readonly #cloud: SimCloud
  readonly #servers: SimServer[] = []
  readonly #agents = new Map<string, { disk: AgentDisk; agent: SimAgent | null; isGone: boolean }>()
  readonly #users: SimUser[] = []
  readonly #disturbances: Disturbances
  readonly #isLong: boolean
  readonly #over = new AbortController()
  #faults: Faults
  #incarnations = 0
  #problem: Problem | null = null

  constructor(seed: number, plants: Plants) {
    this.#seed = seed
    this.#plants = plants
    this.#random = seededRandom(seed)
    this.#isLong = this.#random.fraction() < LONG_SHARE
    this.#faults = drawFaults(this.#random)
    const report: Report = (checker, message) => this.#found({ checker, message })
    this.#intents = new IntentChecker(report)
    this.#order = new OrderChecker(report)
    this.#ledger = new Ledger(report)
    this.#writers = new WriterChecker(report, () => this.#clock.now())
    this.#store = new MemoryStore({ clock: this.#clock, random: this.#fork() })
    this.#shared = checkedStore(plants.store(this.#store), this.#writers)
    this.#network = new SimNetwork({
      ...{ clock: this.#clock, random: this.#fork(), trace: this.#trace },
      faults: () => this.#faults,
    })
    this.#cloud = this.#createCloud()
    this.#disturbances = new Disturbances({
      ...{ random: this.#fork(), clock: this.#clock, network: this.#network, faults: this.#faults },
      victims: {
        servers: () => this.#servers.map(({ process }) => process),
        agents: () => this.#livingAgents(),
        cloud: this.#cloud,
      },
    })
  }

  async run(): Promise<Outcome> {
    const startMs = this.#clock.now()
    try {
      void this.#watch()
      for (let slot = 0; slot < 2; slot += 1) this.#startServer(slot)
      this.#startUsers()
      await this.#underFaults()
      this.#heal()
      await this.#settle()
    } catch (error) {
      this.#found({
        checker: 'crash',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
    this.#end()
    return {
      ...{ seed: this.#seed, problem: this.#problem, digest: this.#trace.digest(), events: this.#trace.events },
      ...{ trace: this.#trace.last(), simulatedMs: this.#clock.now() - startMs },
    }
  }

  async #underFaults(): Promise<void> {
    await this.#advance(120_000 + this.#random.fraction() * 180_000)
    if (!this.#isLong) return
    this.#disturbances.stop()
    this.#network.mendAll()
    const cut = this.#livingAgents().map(({ process }) => process.name)
    for (const name of cut) this.#network.cut(name)
    await this.#advance((1 + this.#random.fraction()) * DAY_MS, SLOW_LOOK_MS)
    for (const name of cut) this.#network.mend(name)
  }

  /** In steps, so that a problem ends the run soon. */
  async #advance(ms: number, stepMs = LOOK_MS): Promise<void> {
    const endMs = this.#clock.now() + ms
    while (!this.#problem && this.#clock.now() < endMs)
      await this.#clock.advance(Math.min(stepMs, endMs - this.#clock.now()))
  }

  #heal(): void {
    this.#trace.add('world', 'faults end')
    this.#faults = NO_FAULTS
    this.#cloud.fake.options = { ...this.#cloud.fake.options, visibilityDelayMs: 0 }
    this.#disturbances.stop()
    this.#network.mendAll()
    this.#cloud.api.spare()
    for (const { process } of this.#servers) process.spare()
    for (const { process } of this.#livingAgents()) process.spare()
    for (const user of this.#users) user.stop()
  }

  async #settle(): Promise<void> {
    const endMs = this.#clock.now() + CONVERGENCE_MS
    let left = await this.#unsettled()
    while (!this.#problem && left.length > 0 && this.#clock.now() < endMs) {
      await this.#advance(LOOK_MS)
      left = await this.#unsettled()
    }
    if (left.length === 0) {
      await this.#advance(CALM_MS)
      left = await this.#unsettled()
    }
    if (left.length > 0)
      this.#found({
        checker: left[0]?.checker ?? 'convergence',
        message: left.map(({ message }) => message).join('; '),
      })
  }

  /** What keeps the world from being as everybody was told it would be. */
  async #unsettled(): Promise<Problem[]> {
    const clusters = await this.#store.transaction(tenant, watcher, (tx) => tx.list('Cluster'))
    const waiting = this.#users
      .filter(({ isDone }) => !isDone)
      .map(({ intent }) => `${intent.name} waits for an answer`)
    const unwell = clusters.items.flatMap((cluster) => this.#unwell(cluster))
    const unkept = this.#intents.intents.flatMap((intent) => {
      const cluster = clusters.items.find(({ meta }) => meta.uid === intent.uid)
      if (intent.deletion === 'told') return cluster ? [`${intent.name} is not deleted`] : []
      if (!intent.acknowledged) return []
      if (!cluster) return [`${intent.name} does not exist`]
      if (!sameJson(cluster.spec, intent.acknowledged.spec)) return [`${intent.name} is not what was told ok`]
      return differences(cluster.spec, this.#agents.get(intent.uid)?.disk.installed ?? new Map()).map(
        (text) => `${intent.name}: ${text}`,
      )
    })
    const declared = clusters.items.map(({ meta, spec }) => ({
      cluster: meta.uid,
      machines: spec.machinePools.reduce((sum, { size }) => sum + size, 0),
    }))
    const strays = this.#ledger.compare(this.#cloud.fake.inventory(), declared)
    const of = (checker: Problem['checker'], messages: string[]): Problem[] =>
      messages.map((message) => ({ checker, message }))
    return [...of('ledger', strays), ...of('intents', unkept), ...of('convergence', [...waiting, ...unwell])]
  }

  #unwell(cluster: StoredObject<'Cluster'>): string[] {
    const { meta, status } = cluster
    const shown = `${clusterStateOf(cluster)}-${clusterHealthOf(cluster).state}`
    return [
      ...(shown === 'Running-Healthy' ? [] : [`${meta.name} is ${shown}: ${reasons(cluster)}`]),
      ...(status.observedGeneration === meta.generation
        ? []
        : [`${meta.name} was not looked at since its last change`]),
      ...(status.desired && status.applied?.generation === status.desired.generation
        ? []
        : [`${meta.name} has not applied its newest desired state`]),
    ]
  }

  /** Everything that becomes of clusters in the database, before anybody else can act on it. */
  async #watch(): Promise<void> {
    const { signal } = this.#over
    for await (const { uid } of this.#store.watch({ tenant, kinds: ['Cluster'], since: 0, signal })) {
      const cluster = await this.#store.transaction(tenant, watcher, (tx) => tx.get('Cluster', uid))
      this.#intents.seen(uid, cluster)
      if (!cluster) continue
      this.#order.seen(cluster)
      if (!this.#agents.has(uid)) this.#expectAgent(uid)
    }
  }

  #startServer(slot: number): void {
    const process = this.#newProcess(`server-${slot}`)
    // Before its first step, which may be its last.
    process.onDeath(() => this.#again(() => this.#startServer(slot)))
    this.#servers[slot] = new SimServer(process, `plane-${this.#incarnations}`, {
      store: this.#shared,
      ...{ records: this.#records, network: this.#network, cloud: this.#cloud, kubes: this.#kubes },
      timing: this.#isLong ? slowTiming : defaultClusterTiming,
      pollMs: this.#isLong ? slowPollMs : defaultTiming.pollMs,
      publicKey: keys.publicKey,
      logger: (name) => this.#loggerOf(name),
    })
  }

  #createCloud(): SimCloud {
    const cloud = new SimCloud(
      {
        ...{ clock: this.#clock, random: this.#fork(), network: this.#network, ledger: this.#ledger },
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
    const count = this.#isLong ? 1 : 1 + Math.floor(this.#random.fraction() * 3)
    const restMs = this.#isLong ? DAY_MS / 2 : this.#plants.restMs
    for (let index = 0; index < count; index += 1) {
      const deps = { network: this.#network, intents: this.#intents, pickServer: () => this.#pickServer() }
      const process = new SimProcess(`user-${index}`, this.#clock, this.#fork(), {
        stepsLeft: Number.POSITIVE_INFINITY,
        offsetMs: 0,
      })
      this.#users.push(new SimUser(process, `demo${index}`, deps, { deletes: this.#random.fraction() < 0.3, restMs }))
    }
  }

  /** Its pod starts where the plane has put it, again and again, for as long as there is a cluster. */
  #expectAgent(uid: string): void {
    const disk: AgentDisk = { uid, key: null, desired: null, applied: null, installed: new Map() }
    const entry = { disk, agent: null as SimAgent | null, isGone: false }
    this.#agents.set(uid, entry)
    const name = `agent-${this.#agents.size - 1}`
    const look = (): void => {
      const exists = this.#cloud.fake.inventory().includes(`cluster ${uid}`)
      if (entry.agent && !exists) {
        entry.isGone = true
        entry.agent.process.kill()
        return
      }
      const deployed = this.#kubes.of(uid).get('Deployment', agentNames.namespace, agentNames.agent) !== undefined
      if (deployed && exists && !entry.agent?.process.alive) entry.agent = this.#startAgent(name, disk)
      this.#clock.after(this.#isLong ? SLOW_LOOK_MS : 1_500, look)
    }
    look()
  }

  #startAgent(name: string, disk: AgentDisk): SimAgent {
    return new SimAgent(this.#newProcess(name), disk, {
      ...{ network: this.#network, cloud: this.#cloud, kubes: this.#kubes, order: this.#order, privateKeyPem },
      pickServer: () => this.#pickServer(),
      supersedes: this.#plants.supersedes,
    })
  }

  #livingAgents(): { process: SimProcess; uid: string }[] {
    return [...this.#agents].flatMap(([uid, { agent }]) =>
      agent?.process.alive ? [{ process: agent.process, uid }] : [],
    )
  }

  #pickServer(): SimServer | null {
    return this.#servers[Math.floor(this.#random.fraction() * this.#servers.length)] ?? null
  }

  #newProcess(name: string): SimProcess {
    this.#incarnations += 1
    this.#trace.add(name, 'starts')
    const { crashWithinSteps, skewMs } = this.#faults
    const process = new SimProcess(name, this.#clock, this.#fork(), {
      stepsLeft: Math.floor(crashWithinSteps * this.#random.fraction()),
      offsetMs: Math.round((this.#random.fraction() * 2 - 1) * skewMs),
    })
    process.onDeath(() => this.#trace.add(name, 'dies'))
    return process
  }

  #again(start: () => void): void {
    if (this.#over.signal.aborted) return
    this.#clock.after(500 + this.#random.fraction() * 20_000, () => {
      if (!this.#over.signal.aborted) start()
    })
  }

  /** What processes log is part of the trace: it tells why. */
  #loggerOf(name: string): Logger {
    const log = (fields: object, message?: string): void =>
      this.#trace.add(name, `log: ${message ?? ''}${reasonIn(fields)}`)
    return { debug: () => undefined, info: log, warn: log, error: log, child: () => this.#loggerOf(name) }
  }

  #fork(): Random {
    return seededRandom(Math.floor(this.#random.fraction() * 2 ** 32))
  }

  #found(problem: Problem): void {
    if (this.#problem) return
    this.#problem = problem
    this.#trace.add('CHECKER', `${problem.checker}: ${problem.message}`)
  }

  #end(): void {
    this.#over.abort()
    for (const { process } of [...this.#servers, ...this.#users]) process.kill()
    for (const { process } of this.#livingAgents()) process.kill()
    this.#cloud.api.kill()
  }
}

const reasons = ({ conditions }: StoredObject<'Cluster'>): string =>
  conditions
    .filter(({ status }) => status !== 'True')
    .map(({ type, reason, message }) => `${type} ${reason} ${message}`.slice(0, 160))
    .join(', ')

const reasonIn = (fields: object): string => {
  const { reason, error } = fields as { reason?: unknown; error?: unknown }
  const text = reason ?? error
  return typeof text === 'string' ? ` (${text})` : ''
}
