import { defineOperation } from '../../operation.ts'
import { customProvider } from '../clouds/providers.ts'
import { parsePool } from '../clusters/pools.ts'
import { changeConfig } from './load.ts'

export const v1CloudConfigsCustomMachinePoolCreate = defineOperation('v1CloudConfigsCustomMachinePoolCreate', {
  scope: 'object',
  permission: 'cloudconfig.update',
  async handler(request, context) {
    const { subject, params, body, keptOf } = request
    const pool = parsePool(customProvider(context, params.cloudType), body, '', keptOf)
    await context.admission.run(subject, (tx) =>
      changeConfig(tx, request, context, ({ machinePools }) => ({ machinePools: [...machinePools, pool] })),
    )
    // Pools have no uid of their own: clients address them by name.
    return { uid: pool.name }
  },
})
