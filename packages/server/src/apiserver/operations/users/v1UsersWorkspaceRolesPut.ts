import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { setWorkspaceRoles } from './workspace-roles.ts'

export const v1UsersWorkspaceRolesPut = defineOperation('v1UsersWorkspaceRolesPut', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getUser(context, subject, params.userUid)
    await setWorkspaceRoles(context, subject, uid, body)
  },
})
