import { defineOperation } from '../../operation.ts'

export const v1TeamsUidResourceRolesUidDelete = defineOperation('v1TeamsUidResourceRolesUidDelete', {
  scope: 'tenant',
  permission: 'team.update',
  handler: ({ subject, params }, context) =>
    context.identity.deleteResourceRole(subject, { team: params.uid }, params.resourceRoleUid),
})
