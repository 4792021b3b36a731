import { defineOperation } from '../../operation.ts'
import { checkBackup, putPolicy } from './feature-policy.ts'

export const v1ClusterFeatureBackupCreate = defineOperation('v1ClusterFeatureBackupCreate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler(request, context) {
    checkBackup(request.body)
    return putPolicy(request, context, 'backup', request.keptOf('v1ClusterBackupConfig', request.body))
  },
})
