import { defineOperation } from '../../operation.ts'
import { getUser, inheritedBindings } from './load.ts'
import { ofTenant, viewRoles } from './views.ts'

export const v1UsersUidRoles = defineOperation('v1UsersUidRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const own = await context.identity.roleBindings(subject.tenant, uid)
    const inherited = await inheritedBindings(context, subject, uid)
    const roles = await context.identity.roles(subject.tenant)
    return { roles: viewRoles(ofTenant(own), roles), inheritedRoles: viewRoles(ofTenant(inherited), roles) }
  },
})
