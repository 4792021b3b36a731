import { defineOperation } from '../../operation.ts'
import { getAudit } from './load.ts'
import { viewAudit } from './views.ts'

export const v1AuditsUidGet = defineOperation('v1AuditsUidGet', {
  scope: 'object',
  permission: 'audit.get',
  handler: async ({ subject, params }, context) =>
    viewAudit(await getAudit(context, subject, params.uid), subject.tenantName),
})
