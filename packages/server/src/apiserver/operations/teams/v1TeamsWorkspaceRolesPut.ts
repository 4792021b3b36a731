import { defineOperation } from '../../operation.ts'
import { mustGiveNone } from '../users/workspace-roles.ts'
import { getTeam } from './load.ts'

export const v1TeamsWorkspaceRolesPut = defineOperation('v1TeamsWorkspaceRolesPut', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    await getTeam(context, subject, params.teamUid)
    mustGiveNone(body)
  },
})
