import { defineOperation } from '../../operation.ts'
import { changeResourceRole } from '../users/resource-roles.ts'

export const v1TeamsResourceRolesUidUpdate = defineOperation('v1TeamsResourceRolesUidUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  handler: ({ subject, params, body }, context) =>
    changeResourceRole(context, subject, { team: params.uid }, { uid: params.resourceRoleUid, body }),
})
