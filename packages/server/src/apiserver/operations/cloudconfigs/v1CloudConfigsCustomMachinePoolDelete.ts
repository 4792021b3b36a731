import { defineOperation } from '../../operation.ts'
import { changeConfig, findPool } from './load.ts'

export const v1CloudConfigsCustomMachinePoolDelete = defineOperation('v1CloudConfigsCustomMachinePoolDelete', {
  scope: 'object',
  permission: 'cloudconfig.update',
  handler: (request, context) =>
    context.admission.run(request.subject, (tx) =>
      changeConfig(tx, request, context, (spec) => {
        const former = findPool(spec, request.params.machinePoolName)
        return { machinePools: spec.machinePools.filter((one) => one !== former) }
      }),
    ),
})
