import type { KindDefinition } from './meta.ts'

/** What namespaces may use; absent and 0 are no limit, -1 in a cluster is "as everywhere". */
export interface ResourceAllocation {
  cpuCores?: number
  memoryMiB?: number
  gpuConfig?: { limit?: number; provider?: 'nvidia' }
}

/** A namespace of every cluster of the workspace, as the public API has it. */
export interface WorkspaceNamespace {
  name: string
  /** `name` is `/expression/` or `~/expression/`: it means the namespaces there are. */
  isRegex?: boolean
  image?: { blackListedImages?: string[] }
  namespaceResourceAllocation?: {
    defaultResourceAllocation?: ResourceAllocation
    /** Other limits in single clusters. */
    clusterResourceAllocations?: { clusterUid?: string; resourceAllocation?: ResourceAllocation }[]
  }
}

/** Who holds which role of Kubernetes, in the clusters of the workspace. */
export interface RbacBinding {
  type: 'RoleBinding' | 'ClusterRoleBinding'
  /** Of a RoleBinding. */
  namespace?: string
  role: { kind: 'Role' | 'ClusterRole'; name: string }
  subjects: { type: 'User' | 'Group' | 'ServiceAccount'; name: string; namespace?: string }[]
}

/** When the namespaces of the workspace are backed up, and where to. */
export interface WorkspaceBackupPolicy {
  backupConfig: {
    schedule: { scheduledRunTime?: string }
    [setting: string]: unknown
  }
  clusterUids?: string[]
  includeAllClusters?: boolean
}

export interface WorkspaceSpec {
  /** Clusters of the same project. */
  clusterUids: string[]
  namespaces: WorkspaceNamespace[]
  /** Clients change each set of bindings by its uid. */
  rbacs: { uid: string; bindings: RbacBinding[] }[]
  quota: ResourceAllocation
  backup?: WorkspaceBackupPolicy
}
export type WorkspaceStatus = Record<string, never>

export const workspaceKind: KindDefinition = {
  name: 'Workspace',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
