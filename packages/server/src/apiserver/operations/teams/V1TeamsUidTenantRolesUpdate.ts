import { defineOperation } from '../../operation.ts'
import { checkRemovals, checkRoles } from '../users/load.ts'
import { getTeam } from './load.ts'

/** The list is complete: roles it lacks are taken away. */
export const V1TeamsUidTenantRolesUpdate = defineOperation('V1TeamsUidTenantRolesUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const holder = { team: (await getTeam(context, subject, params.uid)).uid }
    const roleUids = body.roles ?? []
    await checkRoles(context, subject, roleUids, null)
    await checkRemovals(context, subject, holder, null, roleUids)
    await context.identity.setRoleBindings(subject, holder, [{ project: null, roleUids }])
  },
})
