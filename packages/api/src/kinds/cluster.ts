import type { NodeMaintenance } from '../link/desired-state.ts'
import type { NodeReport } from '../link/protocol.ts'
import type { ProfileLayer, ProfileType, ProfileVariable } from './cluster-profile.ts'
import type { KindDefinition } from './meta.ts'

export interface Taint {
  key: string
  value: string
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** How machines are replaced by others: a new one joins before an old one leaves, or an old one leaves first. */
export type UpdateStrategy = 'RollingUpdateScaleOut' | 'RollingUpdateScaleIn'

/** Machines of one shape. `size`, labels, taints and version are what was read from the client's input. */
export interface MachinePool {
  name: string
  isControlPlane: boolean
  useControlPlaneAsWorker: boolean
  size: number
  labels: Record<string, string>
  taints: Taint[]
  /** As the client wrote it; what machines run is decided by the Kubernetes layer of the profile. */
  version: string
  /** Absent = `RollingUpdateScaleOut`. */
  updateStrategy?: UpdateStrategy
  /** Both halves and what stands beside them as the client sent it, returned merged into one. */
  input: { cloudConfig: Record<string, unknown>; poolConfig: Record<string, unknown>; [beside: string]: unknown }
}

/** A profile as this cluster uses it: a copy, so that editing the profile changes no cluster. */
export interface AttachedProfile {
  uid: string
  name: string
  version: string
  type: ProfileType
  cloudType: string
  layers: ProfileLayer[]
  variables: ProfileVariable[]
  /** Values given for this cluster, by variable name; those of sensitive variables are in `sealedValues`. */
  variableValues: Record<string, string>
  /** By variable name, what stands for a value that is a secret of the cluster. */
  sealedValues?: Record<string, string>
}

/** What happens to a deviation: repaired, or only reported. */
export type PolicyAction = 'heal' | 'alert'
export interface ClusterPolicy {
  /** Objects of the layers inside the cluster. */
  drift: PolicyAction
  /** Machines and their nodes. */
  nodes: PolicyAction
  /** For single layers, by id (`<profile name>/<layer name>`): goes before what the layer and `drift` say. */
  layers?: Record<string, PolicyAction>
}

/** Of a cluster that somebody else made: its machines and control plane are none of ours. */
export interface ClusterImport {
  /** `read-only`: it is watched, and nothing in it is changed. */
  mode: 'full' | 'read-only'
  /** When the link to its agent's manifest was made (RFC 3339); the link itself is a secret of the cluster. */
  linkIssuedAt: string
}

export interface ClusterSpec {
  cloudType: string
  cloudAccountUid: string
  /** The public API shows infrastructure as an object of its own under this uid. */
  cloudConfigUid: string
  /** Cloud-wide settings as sent; for custom clouds `{ values: '<yaml>' }`. */
  cloudConfig: Record<string, unknown>
  machinePools: MachinePool[]
  profiles: AttachedProfile[]
  policy: ClusterPolicy
  /** `spec.clusterConfig` of the public API as sent. */
  clusterConfig: Record<string, unknown>
  /** Policies for backups and compliance scans as they were sent, each with a uid of its own. */
  backup?: { uid: string; config: Record<string, unknown> }
  scan?: { uid: string; config: Record<string, unknown> }
  /** Nodes that were asked into maintenance or out of it, each once; when that was last asked for. */
  maintenance?: NodeMaintenance[]
  /** When certificates of its control plane were last asked to be renewed (RFC 3339). */
  certificatesSince?: string
  /** The template it was made of, and the profiles it has from there. */
  template?: { uid: string; profileUids: string[] }
  /** The agent stays at the version it has. */
  agentUpgrades?: 'lock'
  /** Absent for clusters that were made here. */
  import?: ClusterImport
  /** The user who made it, as they were then: `{{.spectro.system.user.…}}` in values. */
  createdBy?: { uid: string; name: string; email: string }
  /** Asked for by `?forceDelete=true`: give up on what cannot be removed and say what was left. */
  forceDelete?: boolean
  /** Deleted without a word to its cloud: the agent removes itself, and everything else stays as it runs. */
  letGo?: boolean
  unknown?: Record<string, unknown>
}

export type ClusterState = 'Pending' | 'Provisioning' | 'Importing' | 'Running' | 'Deleting' | 'Deleted' | 'Failed'
export type HealthState = 'Healthy' | 'UnHealthy' | 'Unknown'
export type LayerState = 'WaitingForOtherLayers' | 'ReadyForInstall' | 'Installed' | 'Ready' | 'Error'

/** Reported by the agent for each layer of the desired state. */
export interface LayerStatus {
  name: string
  profileUid: string
  packUid: string
  version: string
  state: LayerState
  /** What is missing and what comes next. */
  message: string
  startedAt: string | null
  finishedAt: string | null
  /** The values digest that is installed; differs from the desired one while updating. */
  installedDigest: string | null
}

/** One difference between what was declared and what is. */
export interface Deviation {
  id: string
  type: 'changed' | 'deleted' | 'failed-release' | 'node'
  /** `apps/v1 Deployment hello/web`, or `Node demo-worker-0`. */
  object: string
  layer: string | null
  /** JSON-patch-like lines, live against declared; secrets masked. */
  diff: { path: string; live: unknown; desired: unknown }[]
  detectedAt: string
  action: 'heal' | 'alert'
  state: 'open' | 'repaired' | 'failed'
  message: string
  resolvedAt: string | null
  /** While it is left alone because somebody changes it again as often as it is put back: who; empty when unknown. */
  contestedBy?: string
}

export interface ClusterMetrics {
  cpuCoresTotal: number
  cpuCoresUsed: number
  memoryBytesTotal: number
  memoryBytesUsed: number
  nodesTotal: number
  nodesReady: number
  podsTotal: number
  podsRunning: number
}

/** One operation of the provider that was begun: written before its effect, kept until the cloud shows that effect. */
export interface JournalEntry {
  begunAt: string
  /** What the provider recorded (the cloud's ids); null until it did. */
  result: Record<string, unknown> | null
}

/** What it does now, what is next: shown as it is. */
export interface Progress {
  step: string
  message: string
  /** When it last came further than ever before on this way: falling back and catching up again is no progress. */
  since: string
  done: number
  total: number
  /** The furthest it has been on this way; a new way begins with a generation, and when a cluster that runs falls back. */
  furthest?: { generation: number; step: string; done: number }
}

export interface ClusterStatus {
  /** As last computed; show `clusterStateOf` (api/src/cluster-state.ts), which leaves Running at once on deletion. */
  state?: ClusterState
  progress?: Progress
  health?: { state: HealthState; message: string }
  /** Generation whose desired state was last computed without error. */
  observedGeneration?: number
  endpoint?: { host: string; port: number }
  kubernetesVersion?: string
  /** The upgrade of Kubernetes that is under way, and the step it is at; null when there is none. */
  upgrade?: { from: string; to: string; since: string; step: string } | null
  /** Certificates of the control plane, the authority's first; absent where the cloud does not tell of them. */
  certificates?: { renewedFor: string; list: { name: string; expiresAt: string }[] }
  /** Newest desired state made for the agent; `digest` is the blob with the index as JSON. */
  desired?: { epoch: number; generation: number; digest: string }
  /** What the agent has fully applied. */
  applied?: { epoch: number; generation: number }
  layers?: LayerStatus[]
  /** Written by the link alone. A session with a lower epoch than `sessionEpoch` is over. */
  agent?: {
    enrolled: boolean
    /** When it last enrolled (RFC 3339): links to its manifest that are older are spent. */
    enrolledAt?: string
    connected: boolean
    version: string
    /** When it connected or was last heard of before it left; in between, heartbeats have a table of their own. */
    lastHeartbeatAt: string | null
    podName: string
    sessionEpoch: number
    /** The last session that ended with no newer one in its place: what was reported until then may no longer be so. */
    endedEpoch?: number
    /** Epoch the plane was in when it last connected. */
    planeEpoch?: number
  }
  metrics?: ClusterMetrics
  /** Open deviations; the full list has its own endpoint. */
  openDeviations?: number
  deviations?: Deviation[]
  /** Only while deleting. */
  remaining?: { kind: string; id: string; waitingFor: string }[]
  /** Why it does not get on, and what a person can do; null while nothing is wrong. */
  failure?: { reason: string; message: string; nextStep: string } | null
  /** When every layer was ready for the first time: from then on the state is Running. */
  runningSince?: string
  /** Session in which the agent last reported its state. */
  reportedEpoch?: number
  /** Health as the agent last reported it; `health` is what the plane concludes. */
  reportedHealth?: { state: HealthState; message: string }
  /** Nodes as the agent last reported them. Written by agent reports, as are layers, agent, metrics, applied. */
  nodes?: NodeReport[]
  /** The provider's journal, by operation key. */
  journal?: Record<string, JournalEntry>
  /** The agent's manifest that was last applied to the cluster, and when. */
  agentPush?: { digest: string; at: string }
  /** Only while deleting: failed attempts in a row, and since when force was asked for. */
  deletion?: { failures: number; forcedSince: string | null }
}

export const clusterKind: KindDefinition = {
  name: 'Cluster',
  listColumns: {
    cloudType: ['cloudType'],
    cloudConfigUid: ['cloudConfigUid'],
    cloudAccountUid: ['cloudAccountUid'],
    templateUid: ['template', 'uid'],
  },
  sortColumns: {},
  uniqueKeys: [['scope', 'name'], ['cloudConfigUid']],
  reconciled: true,
}
