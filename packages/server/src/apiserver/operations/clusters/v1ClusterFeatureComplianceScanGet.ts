import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { driverSpecs } from './feature-policy.ts'
import { getCluster } from './load.ts'

export const v1ClusterFeatureComplianceScanGet = defineOperation('v1ClusterFeatureComplianceScanGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getCluster(tx, params.uid)
      if (!spec.scan) throw new AtriumError('ResourceNotFound', `Cluster '${meta.name}' has no compliance scan policy.`)
      return {
        metadata: { uid: spec.scan.uid, name: meta.name },
        spec: { clusterUid: meta.uid, driverSpec: driverSpecs(spec.scan.config) },
      }
    }),
})
