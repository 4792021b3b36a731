import { defineOperation } from '../../operation.ts'
import { parseResourceRole } from '../users/resource-roles.ts'

export const v1TeamsResourceRolesUidUpdate = defineOperation('v1TeamsResourceRolesUidUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const role = await parseResourceRole(context, subject, body)
    await context.identity.updateResourceRole(subject, { team: params.uid }, { ...role, uid: params.resourceRoleUid })
  },
})
