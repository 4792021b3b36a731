import { defineOperation } from '../../operation.ts'
import { changeResourceRole } from './resource-roles.ts'

export const v1UsersResourceRolesUidUpdate = defineOperation('v1UsersResourceRolesUidUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  handler: ({ subject, params, body }, context) =>
    changeResourceRole(context, subject, params.uid, { uid: params.resourceRoleUid, body }),
})
