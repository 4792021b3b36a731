import { defineOperation } from '../../operation.ts'
import { addResourceRole } from '../users/resource-roles.ts'

export const v1TeamsUidResourceRolesCreate = defineOperation('v1TeamsUidResourceRolesCreate', {
  scope: 'tenant',
  permission: 'team.update',
  handler: ({ subject, params, body }, context) => addResourceRole(context, subject, { team: params.uid }, body),
})
