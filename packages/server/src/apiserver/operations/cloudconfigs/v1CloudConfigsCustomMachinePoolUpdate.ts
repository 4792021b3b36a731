import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { customProvider } from '../clouds/providers.ts'
import { parsePool } from '../clusters/pools.ts'
import { changeConfig, findPool } from './load.ts'

export const v1CloudConfigsCustomMachinePoolUpdate = defineOperation('v1CloudConfigsCustomMachinePoolUpdate', {
  scope: 'object',
  permission: 'cloudconfig.update',
  async handler(request, context) {
    const { subject, params, body, keptOf } = request
    const pool = parsePool(customProvider(context, params.cloudType), body, '', keptOf)
    if (pool.name !== params.machinePoolName) {
      throw new AtriumError(
        'InvalidRequest',
        `cloudConfig.values: names pool '${pool.name}', the path names '${params.machinePoolName}'. A pool cannot be renamed: create a new one and delete this.`,
        { details: { field: 'cloudConfig.values' } },
      )
    }
    await context.admission.run(subject, (tx) =>
      changeConfig(tx, request, context, (spec) => {
        const former = findPool(spec, pool.name)
        return { machinePools: spec.machinePools.map((one) => (one === former ? pool : one)) }
      }),
    )
  },
})
