import type { Taint } from '@atrium/api/kinds/cluster.ts'
import type { MachineState } from '@atrium/api/kinds/machine.ts'
import { type ObservedInfrastructure, type ObservedMachine, ProviderError } from '@atrium/provider-contract/provider.ts'

export interface MachineShape {
  pool: string
  ordinal: number
  isControlPlane: boolean
  kubernetesVersion: string
  labels: Record<string, string>
  taints: Taint[]
}

interface FakeMachine extends MachineShape {
  createdAtMs: number
  life: 'present' | 'stopped' | 'terminated'
}

interface FakeCluster {
  tenant: string
  name: string
  kubernetesVersion: string
  createdAtMs: number
  machines: Map<string, FakeMachine>
  ordinals: Record<string, number>
}

/** What goes wrong with a call. `lostReply`: it takes effect, and the caller never learns of it. */
export type Fault = 'throttle' | 'quota' | 'lostReply'

export interface FakeCloudOptions {
  /** How long a control plane and a machine take to run. */
  provisionMs: number
  /** Observations show the cloud as it was this long ago. */
  visibilityDelayMs: number
  /** Kubernetes versions on offer. */
  versions: string[]
}

/** A cloud in memory, with a clock to advance and faults on demand. Its clusters have no API server. */
export class FakeCloud {
  nowMs = 0
  options: FakeCloudOptions
  /** Every call that arrived, faulty ones too. */
  readonly calls: string[] = []
  readonly #clusters = new Map<string, FakeCluster>()
  readonly #gone = new Set<string>()
  readonly #faults: { call: string; fault: Fault }[] = []
  readonly #past: { atMs: number; clusters: Map<string, FakeCluster> }[] = []

  constructor(options: Partial<FakeCloudOptions> = {}) {
    this.options = { provisionMs: 0, visibilityDelayMs: 0, versions: ['1.34.4', '1.35.4'], ...options }
  }

  advance(ms: number): void {
    this.nowMs += ms
  }

  /** The next `times` calls of this name (`putMachine`, `*` for any) end in this fault. */
  failNext(call: string, fault: Fault, times = 1): void {
    for (let index = 0; index < times; index += 1) this.#faults.push({ call, fault })
  }

  putCluster(uid: string, shape: { tenant: string; name: string; kubernetesVersion: string }): void {
    this.#call('putCluster', () => {
      if (this.#gone.has(uid)) throw refused('ClusterIsGone', `cluster ${shape.name} was deleted`)
      if (!this.options.versions.includes(shape.kubernetesVersion))
        throw refused('VersionNotAvailable', `Kubernetes ${shape.kubernetesVersion} is not available here`)
      const present = this.#clusters.get(uid)
      if (present) present.kubernetesVersion = shape.kubernetesVersion
      else this.#clusters.set(uid, { ...shape, createdAtMs: this.nowMs, machines: new Map(), ordinals: {} })
    })
  }

  deleteCluster(uid: string): void {
    this.#call('deleteCluster', () => {
      if (this.#clusters.delete(uid)) this.#gone.add(uid)
    })
  }

  putMachine(uid: string, name: string, shape: MachineShape): void {
    this.#call('putMachine', () => {
      const cluster = this.#cluster(uid)
      const present = cluster.machines.get(name)
      if (present) Object.assign(present, { labels: shape.labels, taints: shape.taints })
      else if (shape.ordinal > (cluster.ordinals[shape.pool] ?? -1)) {
        cluster.machines.set(name, { ...shape, createdAtMs: this.nowMs, life: 'present' })
        cluster.ordinals[shape.pool] = shape.ordinal
      }
    })
  }

  deleteMachine(uid: string, name: string): void {
    this.#call('deleteMachine', () => this.#clusters.get(uid)?.machines.delete(name))
  }

  /** What a person does in the console of a cloud. */
  powerMachine(uid: string, name: string, life: 'present' | 'stopped' | 'terminated'): void {
    const machine = this.#cluster(uid).machines.get(name)
    if (!machine) throw refused('MachineNotFound', `there is no machine ${name}`)
    machine.life = life
    this.#remember()
  }

  observe(uid: string): ObservedInfrastructure {
    return this.#call('observe', () => {
      const seen = this.#asSeen(this.nowMs - this.options.visibilityDelayMs)
      const cluster = seen.get(uid)
      return cluster ? this.#view(uid, cluster) : NOTHING
    })
  }

  /** Everything there is, as the owner of the cloud sees it: never delayed, never faulty. */
  inventory(): string[] {
    return [...this.#clusters].flatMap(([uid, { machines }]) => [
      `cluster ${uid}`,
      ...[...machines.keys()].map((name) => `machine ${uid}/${name}`),
    ])
  }

  #call<T>(name: string, effect: () => T): T {
    this.calls.push(name)
    const index = this.#faults.findIndex(({ call }) => call === name || call === '*')
    const [found] = index < 0 ? [] : this.#faults.splice(index, 1)
    if (found?.fault === 'throttle') throw new ProviderError('retry', 'Throttled', 'too many requests', 'Wait.')
    if (found?.fault === 'quota') throw new ProviderError('quota', 'QuotaExceeded', 'no quota left', 'Ask for more.')
    const result = effect()
    if (name !== 'observe') this.#remember()
    if (found) throw new ProviderError('retry', 'Timeout', 'the cloud did not answer', 'It is tried again.')
    return result
  }

  #cluster(uid: string): FakeCluster {
    const cluster = this.#clusters.get(uid)
    if (!cluster) throw refused('ClusterNotFound', `there is no cluster ${uid}`)
    return cluster
  }

  #remember(): void {
    if (this.options.visibilityDelayMs > 0)
      this.#past.push({ atMs: this.nowMs, clusters: structuredClone(this.#clusters) })
  }

  #asSeen(atMs: number): Map<string, FakeCluster> {
    if (this.options.visibilityDelayMs === 0) return this.#clusters
    return this.#past.findLast((moment) => moment.atMs <= atMs)?.clusters ?? new Map()
  }

  #view(uid: string, cluster: FakeCluster): ObservedInfrastructure {
    const ready = this.nowMs - cluster.createdAtMs >= this.options.provisionMs
    const machines = [...cluster.machines].map(([name, machine]) => this.#viewMachine(uid, name, machine))
    return {
      exists: true,
      controlPlaneReady: ready,
      endpoint: { host: `${uid}.example.invalid`, port: 6443 },
      kubernetesVersion: cluster.kubernetesVersion,
      machines,
      ordinals: { ...cluster.ordinals },
      resources: [
        { kind: 'ControlPlane', id: uid, waitingFor: '' },
        ...machines.map(({ providerId }) => ({ kind: 'Machine', id: providerId, waitingFor: '' })),
      ],
    }
  }

  #viewMachine(uid: string, name: string, machine: FakeMachine): ObservedMachine {
    const { createdAtMs, life, ordinal, ...shape } = machine
    const states: Record<FakeMachine['life'], MachineState> = {
      present: this.nowMs - createdAtMs >= this.options.provisionMs ? 'Running' : 'Provisioning',
      stopped: 'Failed',
      terminated: 'Deleted',
    }
    return {
      ...structuredClone(shape),
      name,
      providerId: `inmemory://${uid}/${name}`,
      state: states[life],
      message: life === 'present' ? '' : `the machine was ${life} in the cloud`,
      addresses: [`10.0.0.${ordinal + 1}`],
    }
  }
}

const NOTHING: ObservedInfrastructure = {
  exists: false,
  controlPlaneReady: false,
  endpoint: null,
  kubernetesVersion: '',
  machines: [],
  ordinals: {},
  resources: [],
}

const refused = (reason: string, message: string): ProviderError =>
  new ProviderError('user', reason, message, 'Look at the cloud.')
