import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'

/** Taking roles away succeeds, for there are none; giving some is refused as long as there are no workspaces. */
export const v1UsersWorkspaceRolesPut = defineOperation('v1UsersWorkspaceRolesPut', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    await getUser(context, subject, params.userUid)
    const given = (body.workspaces ?? []).some(({ roles }) => roles?.length)
    if (given) throw new AtriumError('NotImplemented', 'workspaces: there are no workspaces yet, so no roles in them.')
  },
})
