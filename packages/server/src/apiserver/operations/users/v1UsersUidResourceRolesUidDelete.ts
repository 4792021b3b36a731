import { defineOperation } from '../../operation.ts'
import { removeResourceRole } from './resource-roles.ts'

export const v1UsersUidResourceRolesUidDelete = defineOperation('v1UsersUidResourceRolesUidDelete', {
  scope: 'tenant',
  permission: 'user.update',
  handler: ({ subject, params }, context) => removeResourceRole(context, subject, params.uid, params.resourceRoleUid),
})
