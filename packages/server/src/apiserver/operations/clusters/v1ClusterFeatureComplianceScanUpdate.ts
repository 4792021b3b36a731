import { defineOperation } from '../../operation.ts'
import { checkScan, putPolicy } from './feature-policy.ts'

export const v1ClusterFeatureComplianceScanUpdate = defineOperation('v1ClusterFeatureComplianceScanUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler(request, context) {
    checkScan(request.body)
    await putPolicy(request, context, 'scan', request.keptOf('v1ClusterComplianceScheduleConfig', request.body))
  },
})
