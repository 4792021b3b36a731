import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { mustGiveNone } from './workspace-roles.ts'

export const v1UsersWorkspaceRolesPut = defineOperation('v1UsersWorkspaceRolesPut', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    await getUser(context, subject, params.userUid)
    mustGiveNone(body)
  },
})
