import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

export const v1ClusterFeatureComplianceScanGet = defineOperation('v1ClusterFeatureComplianceScanGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await getCluster(tx, params.uid)
      throw new AtriumError('ResourceNotFound', `Cluster '${meta.name}' has no compliance scan policy.`)
    }),
})
