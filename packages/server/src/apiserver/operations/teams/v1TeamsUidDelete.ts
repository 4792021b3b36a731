import { defineOperation } from '../../operation.ts'
import { getManagedTeam } from './load.ts'

export const v1TeamsUidDelete = defineOperation('v1TeamsUidDelete', {
  scope: 'tenant',
  permission: 'team.delete',
  async handler({ subject, params }, context) {
    await getManagedTeam(context, subject, params.uid)
    await context.identity.deleteTeam(subject, params.uid)
  },
})
