import { defineOperation } from '../../operation.ts'
import { checkBackup, putPolicy } from './feature-policy.ts'

export const v1ClusterFeatureBackupUpdate = defineOperation('v1ClusterFeatureBackupUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler(request, context) {
    checkBackup(request.body)
    await putPolicy(request, context, 'backup', request.keptOf('v1ClusterBackupConfig', request.body))
  },
})
