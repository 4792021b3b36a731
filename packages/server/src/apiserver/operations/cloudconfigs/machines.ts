import type { v1CustomMachine, v1MachineMaintenanceStatus } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { viewMaintenance } from './maintenance.ts'

export const nodeNameOf = ({ meta, status }: StoredObject<'Machine'>): string => status.nodeName ?? meta.name

export const viewMachine = (machine: StoredObject<'Machine'>, cluster: StoredObject<'Cluster'>): v1CustomMachine => ({
  apiVersion: 'v1',
  kind: 'Machine',
  metadata: viewMeta(machine.meta),
  spec: { cloudType: cluster.spec.cloudType, hostName: nodeNameOf(machine) },
  status: viewStatus(machine, viewMaintenance(cluster, nodeNameOf(machine))),
})

const viewStatus = (
  { status }: StoredObject<'Machine'>,
  maintenanceStatus: v1MachineMaintenanceStatus,
): NonNullable<v1CustomMachine['status']> => ({
  instanceState: status.state ?? 'Unknown',
  ready: status.nodeReady === true,
  addresses: (status.addresses ?? []).map((address) => ({ address, type: 'InternalIP' })),
  health: {
    state: status.nodeReady === true ? 'Healthy' : 'UnHealthy',
    conditions: status.message
      ? [{ type: 'Ready', status: status.nodeReady ? 'True' : 'False', message: status.message }]
      : [],
  },
  maintenanceStatus,
})
