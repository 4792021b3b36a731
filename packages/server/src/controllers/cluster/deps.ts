import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Store } from '@atrium/runtime/store/store.ts'

/** The Kubernetes calls that the plane itself makes: only to push the agent and to clear up after lost machines. */
export type ClusterAccess = Pick<KubeClient, 'find' | 'list' | 'apply' | 'delete' | 'close'>

/** Makes single-use enrolment tokens; a new one replaces those of the cluster that nobody used. */
export interface EnrolmentTokens {
  issue(cluster: { tenant: string; clusterUid: string }): Promise<Secret<string>>
}

/** How agents of this installation are started and where they find the plane. */
export interface AgentSettings {
  /** Image reference, e.g. `atrium-agent:0.1.0`. */
  image: string
  /** `https://host:port` as clusters reach it. */
  serverUrl: string
  /** CA (PEM) that signs the plane's certificate. */
  readonly caPem: string
}

export interface ClusterTiming {
  /** A cluster at rest is looked at this often, while there are looks for all. */
  observeMs: number
  /** However many clusters there are, each is looked at this often. */
  observeMaxMs: number
  /** Looks at clusters at rest that one server takes on. */
  looksPerSecond: number
  /** While something is under way that nobody announces. */
  busyMs: number
  /** After a refusal that needs a person: what changes outside the store is noticed within this time. */
  refusedMs: number
  /** How long a machine may be unwell before it is replaced or reported. */
  nodeGraceMs: number
  /** How long a new machine may take until its node is ready. */
  nodeStartupMs: number
  /** The agent's manifest is compared with the cluster at least this often. */
  agentCheckMs: number
  /** An enrolment token older than this is replaced. */
  tokenMaxAgeMs: number
  /** A step that waits longer than this counts as stalled. */
  stepLimitMs: number
  /** How long a forced deletion waits for a cloud that works. */
  forcePatienceMs: number
}

export const defaultClusterTiming: ClusterTiming = {
  observeMs: 5_000,
  observeMaxMs: 1_200_000,
  looksPerSecond: 10,
  busyMs: 1_000,
  refusedMs: 30_000,
  nodeGraceMs: 10_000,
  nodeStartupMs: 600_000,
  agentCheckMs: 300_000,
  tokenMaxAgeMs: 600_000,
  stepLimitMs: 900_000,
  forcePatienceMs: 300_000,
}

export interface ClusterControllerDeps {
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  providers: ReadonlyMap<string, Provider>
  openCluster(kubeconfig: Secret<string>): Promise<ClusterAccess>
  tokens: EnrolmentTokens
  agent: AgentSettings
  /** Whether this tenant, or this project of it, keeps agents at their version. */
  areUpgradesLocked(tenant: string, project: string | null): Promise<boolean>
  /** Raised when the plane is restored from a backup. */
  epoch(): number
  timing: ClusterTiming
}

/** Access by an admin kubeconfig that a provider gave. */
export const clusterOpener =
  (clock: Clock) =>
  async (kubeconfig: Secret<string>): Promise<ClusterAccess> =>
    new KubeClient({
      config: await parseKubeconfig(kubeconfig.reveal(), { baseDir: null, clock }),
      clock,
      userAgent: 'atrium-plane',
    })
