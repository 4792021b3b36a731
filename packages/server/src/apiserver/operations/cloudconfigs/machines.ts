import type { v1CustomMachine } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'

export const viewMachine = ({ meta, status }: StoredObject<'Machine'>, cloudType: string): v1CustomMachine => ({
  apiVersion: 'v1',
  kind: 'Machine',
  metadata: viewMeta(meta),
  spec: { cloudType, hostName: status.nodeName ?? meta.name },
  status: {
    instanceState: status.state ?? 'Unknown',
    ready: status.nodeReady === true,
    addresses: (status.addresses ?? []).map((address) => ({ address, type: 'InternalIP' })),
    health: {
      state: status.nodeReady === true ? 'Healthy' : 'UnHealthy',
      conditions: status.message
        ? [{ type: 'Ready', status: status.nodeReady ? 'True' : 'False', message: status.message }]
        : [],
    },
  },
})
