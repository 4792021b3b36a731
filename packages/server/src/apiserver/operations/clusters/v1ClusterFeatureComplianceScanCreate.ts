import { defineOperation } from '../../operation.ts'
import { checkScan, putPolicy } from './feature-policy.ts'

export const v1ClusterFeatureComplianceScanCreate = defineOperation('v1ClusterFeatureComplianceScanCreate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler(request, context) {
    checkScan(request.body)
    return putPolicy(request, context, 'scan', request.keptOf('v1ClusterComplianceScheduleConfig', request.body))
  },
})
