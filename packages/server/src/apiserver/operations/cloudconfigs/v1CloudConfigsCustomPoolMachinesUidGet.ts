import { defineOperation } from '../../operation.ts'
import { clusterOfConfig, machineOfPool } from './load.ts'
import { viewMachine } from './machines.ts'

export const v1CloudConfigsCustomPoolMachinesUidGet = defineOperation('v1CloudConfigsCustomPoolMachinesUidGet', {
  scope: 'object',
  permission: 'machine.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await clusterOfConfig(tx, params.cloudType, params.configUid)
      return viewMachine(await machineOfPool(tx, cluster, params), cluster)
    }),
})
