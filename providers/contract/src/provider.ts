import type { ClusterPolicy, Taint, UpdateStrategy } from '@atrium/api/kinds/cluster.ts'
import type { MachineState } from '@atrium/api/kinds/machine.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'

/** Credentials and settings of one cloud account, opened for this call only. */
export interface AccountAccess {
  uid: string
  credentials: Record<string, Secret<string>>
  settings: Record<string, unknown>
}

/** Identity that names and tags are derived from: the same call twice finds the same things. */
export interface ClusterIdentity {
  tenant: string
  uid: string
  name: string
}

export interface DesiredPool {
  name: string
  isControlPlane: boolean
  useControlPlaneAsWorker: boolean
  size: number
  labels: Record<string, string>
  taints: Taint[]
  /** Empty = the cluster's. */
  kubernetesVersion: string
  /** How machines of another version are replaced; absent = `RollingUpdateScaleOut`. */
  updateStrategy?: UpdateStrategy
}

export interface DesiredInfrastructure {
  identity: ClusterIdentity
  kubernetesVersion: string
  cloudConfig: Record<string, unknown>
  pools: DesiredPool[]
  policy: ClusterPolicy
  /** When certificates of the control plane were last asked to be renewed (RFC 3339); absent = never. */
  certificatesSince?: string
  /** Machines (by provider id) that must go and be replaced, chosen by the machine controller. */
  replace: string[]
}

export interface ObservedMachine {
  /** Stable for the machine's life, e.g. `local://<cluster uid>/<name>`: equals the node's `spec.providerID`. */
  providerId: string
  name: string
  pool: string
  isControlPlane: boolean
  state: MachineState
  message: string
  kubernetesVersion: string
  addresses: string[]
  labels: Record<string, string>
  taints: Taint[]
}

export interface ObservedCertificates {
  renewedFor: string
  /** `expiresAt`: RFC 3339. */
  list: { name: string; expiresAt: string }[]
}

export interface ObservedInfrastructure {
  /** False before the first operation and after the last of a deletion. */
  exists: boolean
  /** The API server answers. */
  controlPlaneReady: boolean
  /** What it waits for while it does not; absent where the cloud does not say. */
  controlPlaneMessage?: string
  endpoint: { host: string; port: number } | null
  /** That the control plane serves, without a leading `v`; empty before it exists. While it changes, still the old one. */
  kubernetesVersion: string
  /**
   * What the control plane shows, the authority first, and for which request it was last renewed (`certificatesSince`; empty = as it was
   * made). Absent where the cloud does not tell, or cannot renew.
   */
  certificates?: ObservedCertificates
  machines: ObservedMachine[]
  /** The highest machine number each pool ever used, so that no name is given twice. */
  ordinals: Record<string, number>
  /** Everything that exists in the cloud for this cluster, for deletion previews and "what remains". */
  resources: CloudResource[]
}

/** Of a cluster that the cloud does not have. */
export const nothingObserved: ObservedInfrastructure = {
  exists: false,
  controlPlaneReady: false,
  endpoint: null,
  kubernetesVersion: '',
  machines: [],
  ordinals: {},
  resources: [],
}

export interface CloudResource {
  kind: string
  /** The cloud's own id. */
  id: string
  /** What it waits for while it is going away; empty otherwise. */
  waitingFor: string
}

/** One idempotent step. `key` is deterministic: the journal and the cloud's tags use it. */
export interface Operation {
  key: string
  type: string
  /** Shown to people: `Create machine demo-worker-1`. */
  summary: string
  /** Shown in previews: what it replaces or restarts, and why. Empty when nothing is disturbed. */
  disturbs: string
  input: Record<string, unknown>
}

/** `done`: the effect is there. `working`: the cloud works; ask again after `afterMs`. */
export type ApplyResult = { outcome: 'done' } | { outcome: 'working'; waitingFor: string; afterMs: number }

/** Remembers creates before they happen, so that a lost reply or a crash leaves nothing doubled or orphaned. */
export interface Journal {
  /** Records the intention; answers what an earlier attempt recorded as its result, if any. */
  begin(operationKey: string): Promise<{ result: Record<string, unknown> | null }>
  complete(operationKey: string, result: Record<string, unknown>): Promise<void>
}

/** What went wrong in the cloud, for the right reaction. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  /** `retry`: throttling, outage. `user`: wrong input or credentials: nothing moves until a person acts. `quota`: try again slowly. */
  readonly reaction: 'retry' | 'user' | 'quota'
  readonly reason: string
  readonly nextStep: string
  constructor(
    reaction: 'retry' | 'user' | 'quota',
    reason: string,
    message: string,
    nextStep: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.reaction = reaction
    this.reason = reason
    this.nextStep = nextStep
  }
}

export interface DiscoverQuery {
  what: 'regions' | 'networks' | 'images' | 'instanceTypes' | 'kubernetesVersions'
  filter: Record<string, string>
}

/** In millicores, MiB and GB; what is absent is not known. */
export type MachineCapacity = Partial<Record<'cpu' | 'memory' | 'diskSize', number>>

/** What a cloud must offer. `docs/contracts/provider.md` numbers the rules; `suite.ts` checks them. */
export interface Provider {
  readonly cloudType: string
  /** Names of the credentials an account needs. */
  readonly credentialKeys: readonly string[]
  validateAccount(account: AccountAccess): Promise<void>
  /** Reads the client's cloud and pool settings; throws `AtriumError('InvalidRequest')` naming the field below `path` (empty: none is above). Pure. */
  parsePool(
    input: { cloudConfig: Record<string, unknown>; poolConfig: Record<string, unknown> },
    path: string,
  ): DesiredPool
  /** What one machine of a pool has: packs that ask for more are refused. Absent, or null, where that is not known beforehand. Pure. */
  machineCapacity?(pool: DesiredPool): MachineCapacity | null
  discover(account: AccountAccess, query: DiscoverQuery): Promise<{ id: string; name: string }[]>
  observe(identity: ClusterIdentity, account: AccountAccess): Promise<ObservedInfrastructure>
  /** What to do next, in order; empty = as desired. Pure: no clock, no I/O. */
  plan(desired: DesiredInfrastructure, observed: ObservedInfrastructure): Operation[]
  apply(operation: Operation, identity: ClusterIdentity, account: AccountAccess, journal: Journal): Promise<ApplyResult>
  /** Admin kubeconfig; null before the control plane answers. */
  kubeconfig(identity: ClusterIdentity, account: AccountAccess): Promise<Secret<string> | null>
  /** Steps that remove everything; empty once `observed.exists` is false. Pure. */
  planDeletion(identity: ClusterIdentity, observed: ObservedInfrastructure): Operation[]
}
