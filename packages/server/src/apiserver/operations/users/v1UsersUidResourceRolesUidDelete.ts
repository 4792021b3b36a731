import { defineOperation } from '../../operation.ts'

export const v1UsersUidResourceRolesUidDelete = defineOperation('v1UsersUidResourceRolesUidDelete', {
  scope: 'tenant',
  permission: 'user.update',
  handler: ({ subject, params }, context) =>
    context.identity.deleteResourceRole(subject, params.uid, params.resourceRoleUid),
})
