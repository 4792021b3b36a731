import type { AttachedProfile } from './cluster.ts'
import type { KindDefinition } from './meta.ts'

/** How virtual clusters of a group are reached, and how much they may use, as the public API has it. */
export interface ClusterGroupConfig {
  endpointType?: 'Ingress' | 'LoadBalancer'
  kubernetesDistroType?: 'k3s' | 'cncf_k8s' | 'vcluster-generic'
  /** Clusters of the group that are reached in a way of their own. */
  hostClustersConfig?: { clusterUid?: string; endpointConfig?: Record<string, unknown> }[]
  [setting: string]: unknown
}

/** Clusters that share what they have with virtual clusters. */
export interface ClusterGroupSpec {
  /** Of the same project; a group of the tenant takes those of every project. */
  clusterUids: string[]
  config: ClusterGroupConfig
  /** Add-ons of every virtual cluster. */
  profiles: AttachedProfile[]
}
export type ClusterGroupStatus = Record<string, never>

export const clusterGroupKind: KindDefinition = {
  name: 'ClusterGroup',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
