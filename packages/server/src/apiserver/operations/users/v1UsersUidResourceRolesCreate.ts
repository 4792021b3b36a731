import { defineOperation } from '../../operation.ts'
import { parseResourceRole } from './resource-roles.ts'

export const v1UsersUidResourceRolesCreate = defineOperation('v1UsersUidResourceRolesCreate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const role = await parseResourceRole(context, subject, body)
    await context.identity.addResourceRole(subject, params.uid, role)
  },
})
