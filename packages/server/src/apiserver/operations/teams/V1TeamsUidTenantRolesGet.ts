import { defineOperation } from '../../operation.ts'
import { ofTenant, viewRoles } from '../users/views.ts'
import { getTeam } from './load.ts'

export const V1TeamsUidTenantRolesGet = defineOperation('V1TeamsUidTenantRolesGet', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    const { uid } = await getTeam(context, subject, params.uid)
    const bindings = await context.identity.roleBindings(subject.tenant, { team: uid })
    return { roles: viewRoles(ofTenant(bindings), await context.identity.roles(subject.tenant)) }
  },
})
