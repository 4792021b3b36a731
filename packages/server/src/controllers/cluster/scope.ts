import { type ClusterReason, clusterReasons } from '@atrium/api/cluster-reasons.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type {
  AccountAccess,
  ClusterIdentity,
  ObservedInfrastructure,
  Provider,
} from '@atrium/provider-contract/provider.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ConditionDraft } from '@atrium/runtime/controller/conditions.ts'
import type { ReconcileRequest } from '@atrium/runtime/controller/reconciler.ts'
import type { EventRecord, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { MachinePlan } from '../machine/plan.ts'
import type { ClusterControllerDeps } from './deps.ts'
import type { Failure } from './failure.ts'
import type { Surroundings } from './surroundings.ts'

export const clusterFinalizer = 'atrium/cluster'
export const clusterActor = systemActor('cluster-controller')

/** The cloud of this run: set by the phase `infrastructure` (or by deletion) once provider and account are found. */
export interface Cloud {
  provider: Provider
  account: AccountAccess
  identity: ClusterIdentity
}

/** What one run knows. Phases fill it in their order; `computeStatus` turns it into the object's status. */
export class Scope {
  readonly deps: ClusterControllerDeps
  readonly request: ReconcileRequest
  /** As loaded at the start of the run. */
  readonly cluster: StoredObject<'Cluster'>
  /** As of the same moment. */
  readonly surroundings: Surroundings
  /** One draft for each condition, by type. */
  readonly drafts = new Map<string, ConditionDraft>()
  /** What went wrong, worst cause first. */
  readonly failures: Failure[] = []
  readonly events: EventRecord[] = []
  /** Written with the status at the end. */
  readonly patch: Partial<ClusterStatus> = {}
  /** The admin kubeconfig, when it is another than the stored one: written with the status at the end. */
  freshKubeconfig: Secret<string> | null = null
  /** False while the profile cannot be resolved: nothing new is created then. */
  profileResolved = false
  kubernetesVersion = ''
  cloud: Cloud | null = null
  /** Null when the cloud was not asked or did not answer. */
  observed: ObservedInfrastructure | null = null
  kubeconfig: Secret<string> | null = null
  machinePlan: MachinePlan | null = null
  machines = { total: 0, ready: 0 }
  /** What this run said already is in the store, and not in `cluster`. */
  statusWritten = false
  /** An unforeseen error, thrown again once the status is written, so that it is logged and backed off. */
  unexpected: unknown = null
  #againMs: number

  constructor(
    deps: ClusterControllerDeps,
    request: ReconcileRequest,
    found: { cluster: StoredObject<'Cluster'>; surroundings: Surroundings },
  ) {
    this.deps = deps
    this.request = request
    this.cluster = found.cluster
    this.surroundings = found.surroundings
    this.#againMs = deps.timing.observeMs
  }

  get uid(): string {
    return this.cluster.meta.uid
  }
  get tenant(): string {
    return this.cluster.meta.tenant
  }
  get ref(): { kind: 'Cluster'; uid: string } {
    return { kind: 'Cluster', uid: this.uid }
  }
  get nowIso(): string {
    return isoNow(this.deps.clock)
  }
  /** Somebody else made it: there is no provider, no account and no kubeconfig. */
  get isImported(): boolean {
    return this.cluster.spec.import !== undefined
  }
  /** Nothing is removed but the agent: somebody else made it, or it is let go as it runs. */
  get isLetGo(): boolean {
    return this.isImported || this.cluster.spec.letGo === true
  }
  get agentConnected(): boolean {
    return this.cluster.status.agent?.connected === true
  }
  /** When to look again at the latest. */
  get againMs(): number {
    return this.#againMs
  }

  /** Sets the condition that `reason` belongs to. */
  say(reason: ClusterReason, message: string, condition?: string): void {
    const meaning = clusterReasons[reason]
    const type = condition ?? meaning.condition
    this.drafts.set(type, {
      type,
      status: meaning.status,
      reason,
      message,
      observedGeneration: this.cluster.meta.generation,
    })
  }

  /** Nothing is under way that nobody announces. */
  get atRest(): boolean {
    return this.#againMs >= this.deps.timing.observeMs
  }

  lookAgainIn(ms: number): void {
    this.#againMs = Math.min(this.#againMs, ms)
  }

  event(id: string, severity: EventRecord['severity'], reason: string, message: string, involved = ''): void {
    const about = involved || `Cluster ${this.cluster.meta.name}`
    this.events.push({ id, at: this.nowIso, severity, reason, message, involved: about, source: 'plane' })
  }

  /** For looking only: needs no fence, which costs a lock. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.deps.store.transaction(this.tenant, clusterActor, work)
  }

  /** For whatever writes, or must not go on once another worker has the cluster: `LeaseLost` then. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.deps.store.transaction(this.tenant, clusterActor, work, this.request.claim)
  }
}
