import type { Taint } from '@atrium/api/kinds/cluster.ts'

/** What the cloud of this machine speaks over its Unix socket: JSON over HTTP/1.1, paths below `/v1`. */

/** `PUT /v1/clusters/{uid}`. Sent again it changes the version that is wanted and nothing else. */
export interface ClusterRequest {
  tenant: string
  name: string
  /** Without a leading `v`. */
  kubernetesVersion: string
}

/** `PUT /v1/clusters/{uid}/machines/{name}`. Sent again it changes labels and taints and nothing else. */
export interface MachineRequest {
  pool: string
  /** Ascends within a pool and is never used twice, so that a machine that is gone stays gone. */
  ordinal: number
  isControlPlane: boolean
  kubernetesVersion: string
  labels: Record<string, string>
  taints: Taint[]
}

/**
 * `starting`: no ready node yet. `running`: its node is Ready. `stopped`: powered off. `deleting`: being drained.
 * `terminated`: gone; the entry stays until its owner deletes it, so that a loss can be told from a scale-down.
 */
export type MachinePhase = 'starting' | 'running' | 'stopped' | 'deleting' | 'terminated'

export interface MachineView extends MachineRequest {
  name: string
  providerId: string
  phase: MachinePhase
  /** What it waits for, or why it is as it is; empty when it runs. */
  message: string
  addresses: string[]
}

export interface ResourceView {
  kind: 'ControlPlane' | 'Machine' | 'Volume' | 'LoadBalancer'
  id: string
  waitingFor: string
}

export interface ProcessView {
  name: string
  running: boolean
  pid: number | null
  restarts: number
  /** Why it does not run; empty while it does. */
  message: string
}

/** The way of a control plane to another Kubernetes version. */
export interface UpgradeView {
  to: string
  /** RFC 3339. */
  since: string
  /** What it waits for or does. */
  message: string
  /** Why the last attempt failed, and when the next one comes; empty while none has. */
  failure: string
}

export interface CertificateView {
  name: string
  /** RFC 3339. */
  expiresAt: string
}

/** `kubernetesVersion` is the one that it serves, while it is upgraded still the old one. */
export interface ClusterView extends ClusterRequest {
  uid: string
  /** Null while it serves the version that is wanted. */
  upgrade: UpgradeView | null
  /** The certificates it serves with, the authority's first, and the request they were last renewed for; null before it served. */
  certificates: { renewedFor: string; list: CertificateView[] } | null
  phase: 'starting' | 'ready' | 'stopped' | 'deleting'
  message: string
  endpoint: { host: string; port: number }
  processes: ProcessView[]
  machines: MachineView[]
  resources: ResourceView[]
  /** The highest ordinal each pool ever used. */
  ordinals: Record<string, number>
}

export interface CloudView {
  pid: number
  kubernetesVersions: string[]
  clusters: number
}

/** The body of every answer that is not 2xx. */
export interface CloudFault {
  reaction: 'retry' | 'user' | 'quota'
  reason: string
  message: string
  nextStep: string
}

/** What the daemon is started with, as the value of `--tools`. */
export interface CloudTools {
  etcd: string
  kwok: string
  /** Binaries by Kubernetes version, without a leading `v`; null = they are obtained when a cluster asks for them. */
  kubernetes: Record<string, KubernetesBinaries | null>
  /** Container images that the pod runner starts as processes of this machine. */
  images: PodImage[]
  /** Skips fsync in etcd: a power cut may lose clusters. Only for tests. */
  unsafeNoFsync?: boolean
}

export interface KubernetesBinaries {
  apiserver: string
  controllerManager: string
  scheduler: string
}

/** An image as the pod runner knows it: what a registry's image would carry in its configuration. */
export interface PodImage {
  /** Repository without tag or digest, matched whole, e.g. `atrium-agent`. */
  repository: string
  /** ENTRYPOINT; a pod adds arguments but cannot replace it. */
  entrypoint: string[]
  /** ENV; a pod cannot change these. */
  env: Record<string, string>
  /** Arguments (`--name`) that would bring code or foreign files into the process. */
  refusedArgs?: string[]
  /** Arguments whose value must be a folder in an emptyDir: what is written there, nobody else may replace. */
  writableArgs?: string[]
}

/** The provider id of a machine, equal to its node's `spec.providerID`. */
export const providerIdOf = (clusterUid: string, machine: string): string => `local://${clusterUid}/${machine}`
