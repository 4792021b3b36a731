import { defineOperation } from '../../operation.ts'
import { setWorkspaceRoles } from '../users/workspace-roles.ts'
import { getTeam } from './load.ts'

export const v1TeamsWorkspaceRolesPut = defineOperation('v1TeamsWorkspaceRolesPut', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getTeam(context, subject, params.teamUid)
    await setWorkspaceRoles(context, subject, { team: uid }, body)
  },
})
