import type { Taint } from '@atrium/api/kinds/cluster.ts'
import { nothingObserved, type ObservedInfrastructure, ProviderError } from '@atrium/provider-contract/provider.ts'
import { versionChangeProblem } from '@atrium/provider-contract/versions.ts'
import { type Fault, Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { viewCluster } from './view.ts'

export interface MachineShape {
  pool: string
  ordinal: number
  isControlPlane: boolean
  kubernetesVersion: string
  labels: Record<string, string>
  taints: Taint[]
}

/** `deleting`: the cloud was told to take it away and works on it. */
export interface FakeMachine extends MachineShape {
  createdAtMs: number
  life: 'present' | 'stopped' | 'terminated' | 'deleting'
  deletingAtMs: number
}

export interface FakeCluster {
  tenant: string
  name: string
  kubernetesVersion: string
  createdAtMs: number
  /** Null while it is to stay. */
  deletingAtMs: number | null
  machines: Map<string, FakeMachine>
  ordinals: Record<string, number>
}

export interface ClusterShape {
  tenant: string
  name: string
  kubernetesVersion: string
}

export interface FakeCloudOptions {
  /** How long a control plane and a machine take to run. */
  provisionMs: number
  /** How long a machine or a cluster takes to go. */
  deleteMs: number
  /** Observations show the cloud as it was this long ago. */
  visibilityDelayMs: number
  /** Kubernetes versions on offer. */
  versions: string[]
}

type Answer<T> = T | Promise<T>

/** What the provider calls: the cloud itself, or one in another process. */
export interface CloudApi {
  versions(): Answer<string[]>
  putCluster(uid: string, shape: ClusterShape): Answer<void>
  /** True once it is gone. */
  deleteCluster(uid: string): Answer<boolean>
  putMachine(uid: string, name: string, shape: MachineShape): Answer<void>
  deleteMachine(uid: string, name: string): Answer<void>
  observe(uid: string): Answer<ObservedInfrastructure>
}

/** What belongs to whoever runs the cloud. */
export interface FakeCloudParts {
  /** Time that passes by itself; without it only `advance` moves the cloud's. */
  clock?: { now(): number }
  ledger?: Ledger
  /** Ends the caller, for the faults `crashBefore` and `crashAfter`. */
  crash?: (step: string) => void
}

/** A cloud in memory, with a ledger of all it did and faults on demand. Its clusters have no API server. */
export class FakeCloud implements CloudApi {
  options: FakeCloudOptions
  readonly ledger: Ledger
  readonly #clusters = new Map<string, FakeCluster>()
  readonly #gone = new Set<string>()
  readonly #faults: Faults
  readonly #past = new Map<string, { atMs: number; cluster: FakeCluster | null }[]>()
  readonly #clock: { now(): number }
  readonly #listeners = new Set<(uid: string) => void>()
  #advancedMs = 0

  constructor(options: Partial<FakeCloudOptions> = {}, parts: FakeCloudParts = {}) {
    const defaults = { provisionMs: 0, deleteMs: 0, visibilityDelayMs: 0, versions: ['1.34.4', '1.35.4'] }
    this.options = { ...defaults, ...options }
    this.ledger = parts.ledger ?? new Ledger()
    this.#clock = parts.clock ?? { now: () => 0 }
    this.#faults = new Faults(parts.crash ?? (() => undefined))
  }

  advance(ms: number): void {
    this.#advancedMs += ms
  }

  /** The next `times` calls of this step end in this fault: `putMachine`, `putMachine/<name>` or `*` for any. */
  failNext(step: string, fault: Fault, times = 1): void {
    this.#faults.add(step, fault, times)
  }

  /** Calls back with the uid of a cluster that somebody changed. What time changes is not told. */
  onChange(listener: (uid: string) => void): void {
    this.#listeners.add(listener)
  }

  versions(): string[] {
    return this.options.versions
  }

  putCluster(uid: string, shape: ClusterShape): void {
    this.#change('putCluster', uid, uid, () => {
      if (this.#gone.has(uid) || (this.#clusters.get(uid)?.deletingAtMs ?? null) !== null)
        throw refused('ClusterIsGone', `cluster ${shape.name} was deleted`)
      const present = this.#clusters.get(uid)
      const problem = versionChangeProblem(present?.kubernetesVersion ?? '', shape.kubernetesVersion)
      if (problem) throw new ProviderError('user', problem.reason, problem.message, problem.nextStep)
      if (!this.options.versions.includes(shape.kubernetesVersion))
        throw refused('VersionNotAvailable', `Kubernetes ${shape.kubernetesVersion} is not available here`)
      if (present) present.kubernetesVersion = shape.kubernetesVersion
      else {
        const made = { createdAtMs: this.#nowMs, deletingAtMs: null, machines: new Map(), ordinals: {} }
        this.#clusters.set(uid, { ...shape, ...made })
        this.#record('created', `cluster ${uid}`)
      }
    })
  }

  deleteCluster(uid: string): boolean {
    return this.#change('deleteCluster', uid, uid, () => {
      const cluster = this.#clusters.get(uid)
      if (cluster) cluster.deletingAtMs ??= this.#nowMs
      this.#settle(uid)
      return !this.#clusters.has(uid)
    })
  }

  putMachine(uid: string, name: string, shape: MachineShape): void {
    this.#change('putMachine', name, uid, () => {
      const cluster = this.#cluster(uid)
      const present = cluster.machines.get(name)
      if (present) Object.assign(present, { labels: shape.labels, taints: shape.taints })
      else if (shape.ordinal > (cluster.ordinals[shape.pool] ?? -1)) {
        cluster.machines.set(name, { ...shape, createdAtMs: this.#nowMs, life: 'present', deletingAtMs: 0 })
        cluster.ordinals[shape.pool] = shape.ordinal
        this.#record('created', `machine ${uid}/${name}`)
      }
    })
  }

  deleteMachine(uid: string, name: string): void {
    this.#change('deleteMachine', name, uid, () => {
      const machine = this.#clusters.get(uid)?.machines.get(name)
      if (machine && machine.life !== 'deleting')
        Object.assign(machine, { life: 'deleting', deletingAtMs: this.#nowMs } satisfies Partial<FakeMachine>)
      this.#settle(uid)
    })
  }

  /** What a person does in the console of a cloud. */
  powerMachine(uid: string, name: string, life: 'present' | 'stopped' | 'terminated'): void {
    const machine = this.#cluster(uid).machines.get(name)
    if (!machine) throw refused('MachineNotFound', `there is no machine ${name}`)
    machine.life = life
    this.#changed(uid)
  }

  observe(uid: string): ObservedInfrastructure {
    return this.#faults.around('observe', uid, () => {
      this.#settle(uid)
      const cluster = this.#asSeen(uid)
      return cluster ? viewCluster(uid, cluster, this.#nowMs, this.options.provisionMs) : nothingObserved
    })
  }

  /** A cluster as the owner of the cloud sees it: never delayed, never faulty. */
  present(uid: string): ObservedInfrastructure {
    this.#settle(uid)
    const cluster = this.#clusters.get(uid)
    return cluster ? viewCluster(uid, cluster, this.#nowMs, this.options.provisionMs) : nothingObserved
  }

  /** Everything there is, as the owner of the cloud sees it. */
  inventory(): string[] {
    for (const uid of this.#clusters.keys()) this.#settle(uid)
    return [...this.#clusters].flatMap(([uid, { machines }]) => [
      `cluster ${uid}`,
      ...[...machines.keys()].map((name) => `machine ${uid}/${name}`),
    ])
  }

  get #nowMs(): number {
    return this.#clock.now() + this.#advancedMs
  }

  #change<T>(call: string, thing: string, uid: string, effect: () => T): T {
    return this.#faults.around(call, thing, () => {
      const result = effect()
      this.#changed(uid)
      return result
    })
  }

  #record(action: 'created' | 'removed', thing: string): void {
    this.ledger.record({ atMs: this.#nowMs, action, thing })
  }

  /** Takes away what has been going long enough. */
  #settle(uid: string): void {
    const cluster = this.#clusters.get(uid)
    if (!cluster) return
    const before = this.#nowMs - this.options.deleteMs
    const goes = cluster.deletingAtMs !== null && cluster.deletingAtMs <= before
    for (const [name, { life, deletingAtMs }] of cluster.machines)
      if (goes || (life === 'deleting' && deletingAtMs <= before)) {
        cluster.machines.delete(name)
        this.#record('removed', `machine ${uid}/${name}`)
      }
    if (!goes) return
    this.#clusters.delete(uid)
    this.#gone.add(uid)
    this.#record('removed', `cluster ${uid}`)
  }

  #cluster(uid: string): FakeCluster {
    const cluster = this.#clusters.get(uid)
    if (!cluster || cluster.deletingAtMs !== null) throw refused('ClusterNotFound', `there is no cluster ${uid}`)
    return cluster
  }

  #changed(uid: string): void {
    this.#remember(uid)
    for (const listener of this.#listeners) listener(uid)
  }

  #remember(uid: string): void {
    if (this.options.visibilityDelayMs === 0) return void this.#past.delete(uid)
    const moments = this.#past.get(uid) ?? []
    const newest = moments.findLastIndex(({ atMs }) => atMs <= this.#nowMs - this.options.visibilityDelayMs)
    const cluster = structuredClone(this.#clusters.get(uid) ?? null)
    this.#past.set(uid, [...moments.slice(Math.max(0, newest)), { atMs: this.#nowMs, cluster }])
  }

  #asSeen(uid: string): FakeCluster | null {
    if (this.options.visibilityDelayMs === 0) return this.#clusters.get(uid) ?? null
    const seenAtMs = this.#nowMs - this.options.visibilityDelayMs
    return this.#past.get(uid)?.findLast(({ atMs }) => atMs <= seenAtMs)?.cluster ?? null
  }
}

const refused = (reason: string, message: string): ProviderError =>
  new ProviderError('user', reason, message, 'Look at the cloud.')
