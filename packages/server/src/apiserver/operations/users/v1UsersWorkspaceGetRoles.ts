import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'

/** There are no workspaces yet, so nobody holds a role in one; clients read this with every user. */
export const v1UsersWorkspaceGetRoles = defineOperation('v1UsersWorkspaceGetRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    await getUser(context, subject, params.userUid)
    return { projects: [] }
  },
})
