import type { v1GenericCloudConfig } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { defineOperation, type RegisteredOperation } from '../../operation.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { clusterOfConfig } from './load.ts'

type Cloud = 'Aws' | 'Azure' | 'CloudStack' | 'Gcp' | 'Generic'

/** The infrastructure of an imported cluster is its owner's: of its cloud nothing is known but which one it is. */
export const defineConfigGet = (id: `v1CloudConfigs${Cloud}Get`, cloudType: string): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudconfig.get',
    handler: ({ subject, params }, context) =>
      context.admission.run(subject, async (tx) =>
        viewImported(
          await clusterOfConfig(tx, { subject, permission: 'cloudconfig.get' }, cloudType, params.configUid),
        ),
      ),
  })

const viewImported = ({ meta, spec }: StoredObject<'Cluster'>): v1GenericCloudConfig => ({
  kind: spec.cloudType,
  metadata: { ...viewMeta(meta), uid: spec.cloudConfigUid },
  // Clients read on below the account, and go through the pools.
  spec: { cloudAccountRef: { kind: spec.cloudType, uid: '' }, machinePoolConfig: [] },
})
