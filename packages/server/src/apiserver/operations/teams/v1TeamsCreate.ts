import { defineOperation } from '../../operation.ts'
import { checkLimit } from '../tenants/resource-limits.ts'
import { checkRoles } from '../users/load.ts'
import { parseTeamMeta } from './parse.ts'

export const v1TeamsCreate = defineOperation('v1TeamsCreate', {
  scope: 'tenant',
  permission: 'team.create',
  async handler({ subject, body }, context) {
    const meta = parseTeamMeta(body)
    const { users, roles } = body.spec ?? {}
    await checkRoles(context, subject, roles ?? [], null)
    const present = await context.identity.listTeams(subject.tenant)
    await checkLimit(context, subject, 'team', present.length + 1)
    const { uid } = await context.identity.createTeam(subject, { ...meta, users: users ?? [] })
    if (roles?.length) {
      await context.identity.setRoleBindings(subject, { team: uid }, [{ project: null, roleUids: roles }])
    }
    return { uid }
  },
})
