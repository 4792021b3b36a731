import { planMachines, taintsOf } from '@atrium/provider-contract/plan-pools.ts'
import type {
  ApplyResult,
  CloudResource,
  DesiredPool,
  Journal,
  ObservedInfrastructure,
  ObservedMachine,
  Operation,
  Provider,
} from '@atrium/provider-contract/provider.ts'
import type { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Doom } from '@atrium/runtime/testing/doom.ts'

interface TinyCluster {
  version: string
  readyAt: number
  deletingUntil: number | null
  machines: Map<string, ObservedMachine & { runsAt: number; power: 'on' | 'off' | 'gone' }>
  ordinals: Record<string, number>
}

type Input = { version: string; request: string; name: string; ordinal: number; pool: DesiredPool }

/** A cloud with a clock: what is asked for takes a while, and everything that happens is counted. */
export class TinyCloud {
  readonly clusters = new Map<string, TinyCluster>()
  /** Every effect, in order. */
  readonly log: string[] = []
  readonly #clock: ManualClock
  /** Thrown by `observe` and `apply` while set. */
  failure: Error | null = null
  /** Thrown by `apply` alone while set. */
  applyFailure: Error | null = null
  /** Thrown by a change of the version while set. */
  upgradeFailure: Error | null = null
  /** The request that certificates were last renewed for. */
  renewedFor = ''
  startMs = 3000
  deleteMs = 2000

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  /** The provider as one process sees it: each call may be its last. */
  provider(doom: Doom): Provider {
    return {
      cloudType: 'local',
      credentialKeys: [],
      validateAccount: async () => undefined,
      parsePool: () => {
        throw new Error('not used')
      },
      discover: async () => [],
      observe: ({ uid }) => doom.around(async () => this.observe(uid)),
      plan: (desired, observed) => plan(desired.kubernetesVersion, desired, observed),
      planDeletion: (_identity, observed) =>
        observed.exists ? [operation('delete-cluster', 'delete-cluster', {})] : [],
      apply: (op, { uid }, _account, journal) => doom.around(() => this.#apply(uid, op, journal)),
      kubeconfig: ({ uid }) =>
        doom.around(async () => (this.clusters.has(uid) ? new Secret(`kubeconfig ${uid}${this.renewedFor}`) : null)),
    }
  }

  observe(uid: string): ObservedInfrastructure {
    if (this.failure) throw this.failure
    const cluster = this.#settled(uid)
    if (!cluster) return nothing
    return {
      exists: true,
      controlPlaneReady: this.#clock.now() >= cluster.readyAt,
      kubernetesVersion: cluster.version,
      endpoint: { host: '127.0.0.1', port: 6443 },
      certificates: { renewedFor: this.renewedFor, list: [{ name: 'ca', expiresAt: '2036-01-01T00:00:00.000Z' }] },
      machines: this.machines(uid),
      ordinals: cluster.ordinals,
      resources: resourcesOf(uid, cluster),
    }
  }

  /** What is really there, whether the cloud's API answers or not. */
  machines(uid: string): ObservedMachine[] {
    const machines = [...(this.clusters.get(uid)?.machines.values() ?? [])]
    return machines.map((machine) => ({ ...machine, state: this.#stateOf(machine) }))
  }

  power(uid: string, name: string, power: 'on' | 'off' | 'gone'): void {
    const machine = this.clusters.get(uid)?.machines.get(name)
    if (!machine) throw new Error(`no machine ${name}`)
    machine.power = power
  }

  #stateOf(machine: { power: string; runsAt: number }): ObservedMachine['state'] {
    if (machine.power === 'off') return 'Failed'
    if (machine.power === 'gone') return 'Deleted'
    return this.#clock.now() >= machine.runsAt ? 'Running' : 'Provisioned'
  }

  #settled(uid: string): TinyCluster | undefined {
    const cluster = this.clusters.get(uid)
    if (cluster?.deletingUntil != null && this.#clock.now() >= cluster.deletingUntil) this.clusters.delete(uid)
    return this.clusters.get(uid)
  }

  async #apply(uid: string, op: Operation, journal: Journal): Promise<ApplyResult> {
    if (this.failure ?? this.applyFailure) throw this.failure ?? this.applyFailure
    const input = op.input as Input
    if (op.type === 'change-version' && this.upgradeFailure) throw this.upgradeFailure
    await journal.begin(op.key)
    const result = this.#effect(uid, op.type, input)
    await journal.complete(op.key, { at: this.#clock.now() })
    return result
  }

  #effect(uid: string, type: string, input: Input): ApplyResult {
    const cluster = this.#settled(uid)
    const now = this.#clock.now()
    if (type === 'create-control-plane') {
      if (!cluster) {
        this.log.push(`create ${uid}`)
        const fresh = { version: input.version, readyAt: now + this.startMs, deletingUntil: null }
        this.clusters.set(uid, { ...fresh, machines: new Map(), ordinals: {} })
      }
      return { outcome: 'done' }
    }
    if (!cluster) return { outcome: 'done' }
    if (type === 'change-version') {
      cluster.version = input.version
      this.log.push(`change-version ${input.version}`)
    }
    if (type === 'renew-certificates') this.renewedFor = input.request
    if (type === 'create-machine' && !cluster.machines.has(input.name)) {
      this.log.push(`create-machine ${input.name}`)
      cluster.machines.set(input.name, newMachine(uid, input, now + 2000))
      cluster.ordinals[input.pool.name] = Math.max(cluster.ordinals[input.pool.name] ?? -1, input.ordinal)
    }
    if (type === 'update-machine') {
      const machine = cluster.machines.get(input.name)
      if (machine) Object.assign(machine, { labels: input.pool.labels, taints: taintsOf(input.pool) })
    }
    if (type === 'delete-machine' && cluster.machines.delete(input.name)) this.log.push(`delete-machine ${input.name}`)
    if (type !== 'delete-cluster') return { outcome: 'done' }
    if (cluster.deletingUntil === null) this.log.push(`delete ${uid}`)
    cluster.deletingUntil ??= now + this.deleteMs
    return { outcome: 'working', waitingFor: 'its processes to end', afterMs: 500 }
  }
}

const nothing: ObservedInfrastructure = {
  exists: false,
  controlPlaneReady: false,
  kubernetesVersion: '',
  endpoint: null,
  machines: [],
  ordinals: {},
  resources: [],
}

const newMachine = (uid: string, { name, pool }: { name: string; pool: DesiredPool }, runsAt: number) => ({
  providerId: `local://${uid}/${name}`,
  name,
  pool: pool.name,
  isControlPlane: pool.isControlPlane,
  state: 'Provisioned' as const,
  message: '',
  kubernetesVersion: pool.kubernetesVersion,
  addresses: [],
  labels: pool.labels,
  taints: taintsOf(pool),
  runsAt,
  power: 'on' as const,
})

const resourcesOf = (uid: string, cluster: TinyCluster): CloudResource[] => {
  const waitingFor = cluster.deletingUntil === null ? '' : 'its processes to end'
  const machines = [...cluster.machines.keys()].map((id) => ({ kind: 'Machine', id, waitingFor }))
  return [{ kind: 'ControlPlane', id: uid, waitingFor }, ...machines]
}

const operation = (type: string, key: string, input: Record<string, unknown>): Operation => ({
  key,
  type,
  summary: `${type} ${key}`,
  disturbs: '',
  input,
})

function plan(
  version: string,
  desired: Parameters<Provider['plan']>[0],
  observed: ObservedInfrastructure,
): Operation[] {
  const first = observed.exists ? [] : [operation('create-control-plane', 'create-control-plane', { version })]
  const upgrade =
    observed.exists && observed.kubernetesVersion !== version
      ? [operation('change-version', `change-version/${version}`, { version })]
      : []
  const machines = planMachines(desired, observed).map((step) => {
    const name = step.type === 'create' ? step.name : step.machine.name
    const pool = step.type === 'delete' ? null : step.pool
    const ordinal = step.type === 'create' ? step.ordinal : 0
    return operation(`${step.type}-machine`, `${step.type}-machine/${name}`, { name, pool, ordinal })
  })
  const { certificatesSince: request = '' } = desired
  const renewal =
    request > (observed.certificates?.renewedFor ?? request)
      ? [operation('renew-certificates', `renew-certificates/${request}`, { request })]
      : []
  return [...first, ...machines, ...renewal, ...upgrade]
}
