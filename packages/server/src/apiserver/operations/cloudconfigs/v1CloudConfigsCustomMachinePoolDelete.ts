import { defineOperation } from '../../operation.ts'
import { changeConfig, findPool } from './load.ts'

export const v1CloudConfigsCustomMachinePoolDelete = defineOperation('v1CloudConfigsCustomMachinePoolDelete', {
  scope: 'object',
  permission: 'cloudconfig.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) =>
      changeConfig(tx, subject, params, (spec) => {
        const former = findPool(spec, params.machinePoolName)
        return { machinePools: spec.machinePools.filter((one) => one !== former) }
      }),
    ),
})
