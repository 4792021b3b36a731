import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { checkRemovals, checkRoles, getUser } from './load.ts'

/** Projects the list does not mention stay as they are; an empty list of roles takes a project away. */
export const v1UsersProjectRolesPut = defineOperation('v1UsersProjectRolesPut', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const roles = (body.projects ?? []).map(({ projectUid = '', roles: roleUids }) => ({
      project: projectUid,
      roleUids: roleUids ?? [],
    }))
    for (const { project, roleUids } of roles) {
      const found = await context.admission.run(subject, (tx) => tx.get('Project', project))
      if (!found) throw notFound('Project', project)
      await checkRoles(context, subject, roleUids, project)
      await checkRemovals(context, subject, uid, project, roleUids)
    }
    await context.identity.setRoleBindings(subject, uid, roles)
  },
})
