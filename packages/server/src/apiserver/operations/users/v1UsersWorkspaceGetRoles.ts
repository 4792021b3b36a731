import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { inheritedWorkspaceRoles, viewWorkspaceRoles } from './workspace-roles.ts'

export const v1UsersWorkspaceGetRoles = defineOperation('v1UsersWorkspaceGetRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.userUid)
    const own = await context.identity.workspaceRoles(subject.tenant, uid)
    return viewWorkspaceRoles(context, subject, own, await inheritedWorkspaceRoles(context, subject, uid))
  },
})
