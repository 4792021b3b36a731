import { defineOperation } from '../../operation.ts'
import { parseProjectRoles, setProjectRoles } from '../users/project-roles.ts'
import { getTeam } from './load.ts'

/** The list is complete: clients say nothing of projects a team is to lose. */
export const v1TeamsProjectRolesPut = defineOperation('v1TeamsProjectRolesPut', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getTeam(context, subject, params.uid)
    const wanted = parseProjectRoles(body)
    const bindings = await context.identity.roleBindings(subject.tenant, { team: uid })
    const lost = new Set(bindings.flatMap(({ project }) => project ?? []))
    for (const { project } of wanted) lost.delete(project)
    const emptied = [...lost].map((project) => ({ project, roleUids: [] }))
    await setProjectRoles(context, subject, { team: uid }, [...wanted, ...emptied])
  },
})
