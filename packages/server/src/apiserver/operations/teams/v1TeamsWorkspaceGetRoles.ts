import { defineOperation } from '../../operation.ts'
import { getTeam } from './load.ts'

/** There are no workspaces yet, so no team holds a role in one; clients read this with every team. */
export const v1TeamsWorkspaceGetRoles = defineOperation('v1TeamsWorkspaceGetRoles', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    await getTeam(context, subject, params.teamUid)
    return { projects: [] }
  },
})
