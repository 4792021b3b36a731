import { defineOperation } from '../../operation.ts'
import { clusterOfConfig, viewConfig } from './load.ts'

export const v1CloudConfigsCustomGet = defineOperation('v1CloudConfigsCustomGet', {
  scope: 'object',
  permission: 'cloudconfig.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) =>
      viewConfig(
        await clusterOfConfig(tx, { subject, permission: 'cloudconfig.get' }, params.cloudType, params.configUid),
      ),
    ),
})
