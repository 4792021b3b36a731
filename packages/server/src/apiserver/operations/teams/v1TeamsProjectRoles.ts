import { defineOperation } from '../../operation.ts'
import { viewProjectRoles } from '../users/project-roles.ts'
import { getTeam } from './load.ts'

export const v1TeamsProjectRoles = defineOperation('v1TeamsProjectRoles', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    const { uid } = await getTeam(context, subject, params.uid)
    return viewProjectRoles(context, subject, await context.identity.roleBindings(subject.tenant, { team: uid }))
  },
})
