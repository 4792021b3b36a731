import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { clusterOfConfig } from './load.ts'
import { viewMachine } from './machines.ts'

export const v1CloudConfigsCustomPoolMachinesUidGet = defineOperation('v1CloudConfigsCustomPoolMachinesUidGet', {
  scope: 'object',
  permission: 'machine.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await clusterOfConfig(
        tx,
        { subject, permission: 'machine.get' },
        params.cloudType,
        params.configUid,
      )
      const machine = await tx.get('Machine', params.machineUid)
      if (machine?.spec.clusterUid === meta.uid && machine.spec.pool === params.machinePoolName) {
        return viewMachine(machine, spec.cloudType)
      }
      throw new AtriumError(
        'ResourceNotFound',
        `Machine '${params.machineUid}' is not found in pool '${params.machinePoolName}'.`,
      )
    }),
})
