import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { viewResourceRoles } from './resource-roles.ts'

export const v1UsersUidResourceRoles = defineOperation('v1UsersUidResourceRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const held = await context.identity.resourceRoles(subject.tenant, uid)
    return viewResourceRoles(held, await context.identity.roles(subject.tenant))
  },
})
