import { isoNow } from '@atrium/runtime/base/clock.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { readOnly } from '../clusters/profiles.ts'
import { nodeOfUid } from './imported-machines.ts'
import { clusterOfConfig, machineOfPool } from './load.ts'
import { nodeNameOf } from './machines.ts'
import { askMaintenance } from './maintenance.ts'

/** Whether pods may come to the machine's node. The agent sees to it, and the machine tells how far that is. */
export const v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate = defineOperation(
  'v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate',
  {
    scope: 'object',
    permission: 'machine.update',
    handler: async ({ subject, params, body }, context) => {
      const { action } = body
      if (action === undefined) throw invalid('action', 'is missing. It is cordon or uncordon')
      await context.admission.run(subject, async (tx) => {
        const asked = { subject, permission: 'machine.update' } as const
        const { meta } = await clusterOfConfig(tx, asked, params.cloudType, params.configUid)
        const cluster = await lockCluster(tx, meta.uid)
        if (cluster.spec.import?.mode === 'read-only') throw readOnly('action')
        const node = cluster.spec.import
          ? nodeOfUid(cluster, params.machineUid).name
          : nodeNameOf(await machineOfPool(tx, cluster, params))
        const maintenance = askMaintenance(cluster, { node, action, at: isoNow(context.clock) })
        await saveCluster(tx, cluster, { ...cluster.spec, maintenance }, context)
      })
    },
  },
)
