import { defineOperation } from '../../operation.ts'
import { addResourceRole } from './resource-roles.ts'

export const v1UsersUidResourceRolesCreate = defineOperation('v1UsersUidResourceRolesCreate', {
  scope: 'tenant',
  permission: 'user.update',
  handler: ({ subject, params, body }, context) => addResourceRole(context, subject, params.uid, body),
})
