import { defineOperation } from '../../operation.ts'
import { changeConfig } from './load.ts'

export const v1CloudConfigsCustomUidClusterConfig = defineOperation('v1CloudConfigsCustomUidClusterConfig', {
  scope: 'object',
  permission: 'cloudconfig.update',
  handler(request, context) {
    const { subject, body, keptOf } = request
    const { clusterConfig, ...beside } = keptOf('v1CustomCloudClusterConfigEntity', body)
    return context.admission.run(subject, (tx) =>
      changeConfig(tx, request, context, () => ({ cloudConfig: { ...beside, ...clusterConfig } })),
    )
  },
})
