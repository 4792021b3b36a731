import { defineOperation } from '../../operation.ts'
import { viewWorkspaceRoles } from '../users/workspace-roles.ts'
import { getTeam } from './load.ts'

export const v1TeamsWorkspaceGetRoles = defineOperation('v1TeamsWorkspaceGetRoles', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    const { uid } = await getTeam(context, subject, params.teamUid)
    return viewWorkspaceRoles(context, subject, await context.identity.workspaceRoles(subject.tenant, { team: uid }))
  },
})
