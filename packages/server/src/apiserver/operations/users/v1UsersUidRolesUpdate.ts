import { defineOperation } from '../../operation.ts'
import { checkRemovals, checkRoles, getUser } from './load.ts'

/** The list is complete: roles it lacks are taken away. */
export const v1UsersUidRolesUpdate = defineOperation('v1UsersUidRolesUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const roleUids = body.roles ?? []
    await checkRoles(context, subject, roleUids, null)
    await checkRemovals(context, subject, uid, null, roleUids)
    await context.identity.setRoleBindings(subject, uid, [{ project: null, roleUids }])
  },
})
