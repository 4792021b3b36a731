import { defineOperation } from '../../operation.ts'
import { clusterOfConfig, machineOfPool } from './load.ts'
import { viewMachine } from './machines.ts'

export const v1CloudConfigsCustomPoolMachinesUidGet = defineOperation('v1CloudConfigsCustomPoolMachinesUidGet', {
  scope: 'object',
  permission: 'machine.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const asked = { subject, permission: 'machine.get' } as const
      const cluster = await clusterOfConfig(tx, asked, params.cloudType, params.configUid)
      return viewMachine(await machineOfPool(tx, cluster, params), cluster)
    }),
})
