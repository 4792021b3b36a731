import type { Taint } from './cluster.ts'
import type { KindDefinition } from './meta.ts'

/** One machine of a pool, owned by its cluster; mirrors what the provider holds. */
export interface MachineSpec {
  clusterUid: string
  pool: string
  isControlPlane: boolean
}
export type MachineState =
  | 'Pending'
  | 'Provisioning'
  | 'Provisioned'
  | 'Running'
  | 'Deleting'
  | 'Deleted'
  | 'Failed'
  | 'Unknown'
export interface MachineStatus {
  state?: MachineState
  message?: string
  providerId?: string
  nodeName?: string
  addresses?: string[]
  nodeReady?: boolean
  /** Since when the machine or its node is unwell; absent while it is well. */
  unhealthySince?: string | null
  /** Why it is unwell; empty while it is well. */
  unhealthyReason?: string
  /** True once its node was ready: from then on a node that is not is unwell. */
  joined?: boolean
  /** True once its replacement was decided: it does not come back. */
  replacing?: boolean
  kubernetesVersion?: string
  labels?: Record<string, string>
  taints?: Taint[]
}

export const machineKind: KindDefinition = {
  name: 'Machine',
  listColumns: { clusterUid: ['clusterUid'], pool: ['pool'] },
  sortColumns: {},
  uniqueKeys: [['clusterUid', 'name']],
  taggedBy: 'owner',
}
