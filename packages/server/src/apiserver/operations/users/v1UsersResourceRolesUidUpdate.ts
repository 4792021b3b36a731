import { defineOperation } from '../../operation.ts'
import { parseResourceRole } from './resource-roles.ts'

export const v1UsersResourceRolesUidUpdate = defineOperation('v1UsersResourceRolesUidUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const role = await parseResourceRole(context, subject, body)
    await context.identity.updateResourceRole(subject, params.uid, { ...role, uid: params.resourceRoleUid })
  },
})
