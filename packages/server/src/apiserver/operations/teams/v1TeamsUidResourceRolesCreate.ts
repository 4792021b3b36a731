import { defineOperation } from '../../operation.ts'
import { parseResourceRole } from '../users/resource-roles.ts'

export const v1TeamsUidResourceRolesCreate = defineOperation('v1TeamsUidResourceRolesCreate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const role = await parseResourceRole(context, subject, body)
    await context.identity.addResourceRole(subject, { team: params.uid }, role)
  },
})
