import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { viewRoles } from './views.ts'

/** Projects with at least one role of the user's own; clients read an empty one as a mapping. */
export const v1UsersProjectRoles = defineOperation('v1UsersProjectRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const bindings = await context.identity.roleBindings(subject.tenant, uid)
    const roles = await context.identity.roles(subject.tenant)
    const { items } = await context.admission.run(subject, (tx) => tx.list('Project', { limit: 0 }))
    const byProject = Map.groupBy(
      bindings.filter(({ project }) => project !== null),
      ({ project }) => project ?? '',
    )
    return {
      projects: [...byProject].map(([project, held]) => ({
        uid: project,
        name: items.find(({ meta }) => meta.uid === project)?.meta.name ?? '',
        roles: viewRoles(
          held.map(({ roleUid }) => roleUid),
          roles,
        ),
        inheritedRoles: [],
      })),
    }
  },
})
