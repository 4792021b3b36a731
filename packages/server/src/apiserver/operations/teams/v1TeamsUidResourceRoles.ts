import { defineOperation } from '../../operation.ts'
import { viewResourceRoles } from '../users/resource-roles.ts'
import { getTeam } from './load.ts'

export const v1TeamsUidResourceRoles = defineOperation('v1TeamsUidResourceRoles', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    const { uid } = await getTeam(context, subject, params.uid)
    const held = await context.identity.resourceRoles(subject.tenant, { team: uid })
    return viewResourceRoles(held, await context.identity.roles(subject.tenant))
  },
})
