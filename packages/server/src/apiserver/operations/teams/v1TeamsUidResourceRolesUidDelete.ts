import { defineOperation } from '../../operation.ts'
import { removeResourceRole } from '../users/resource-roles.ts'

export const v1TeamsUidResourceRolesUidDelete = defineOperation('v1TeamsUidResourceRolesUidDelete', {
  scope: 'tenant',
  permission: 'team.update',
  handler: ({ subject, params }, context) =>
    removeResourceRole(context, subject, { team: params.uid }, params.resourceRoleUid),
})
