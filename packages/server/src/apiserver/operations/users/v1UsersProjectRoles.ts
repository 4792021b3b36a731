import { defineOperation } from '../../operation.ts'
import { getUser, inheritedBindings } from './load.ts'
import { viewProjectRoles } from './project-roles.ts'

/** Clients take a project without roles of the user's own for none. */
export const v1UsersProjectRoles = defineOperation('v1UsersProjectRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const own = await context.identity.roleBindings(subject.tenant, uid)
    return viewProjectRoles(context, subject, own, await inheritedBindings(context, subject, uid))
  },
})
