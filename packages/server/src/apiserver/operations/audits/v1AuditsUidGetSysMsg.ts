import { defineOperation } from '../../operation.ts'
import { getAudit } from './load.ts'

export const v1AuditsUidGetSysMsg = defineOperation('v1AuditsUidGetSysMsg', {
  scope: 'object',
  permission: 'audit.get',
  async handler({ subject, params }, context) {
    const { action, message } = await getAudit(context, subject, params.uid)
    return { actionMsg: action, contentMsg: message }
  },
})
