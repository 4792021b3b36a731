import { defineOperation } from '../../operation.ts'
import { getManagedTeam, getTeam } from './load.ts'
import { parseTeamMeta } from './parse.ts'

/**
 * Replaces name, labels, annotations and members. Roles are changed by their own operations. Identity providers put people into teams
 * by their names: a name decides who is in a team as a list of members does.
 */
export const v1TeamsUidUpdate = defineOperation('v1TeamsUidUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const team = await getTeam(context, subject, params.uid)
    const meta = parseTeamMeta(body)
    const users = new Set(body.spec?.users ?? [])
    const hasSameUsers = users.size === team.users.length && team.users.every((uid) => users.has(uid))
    if (!hasSameUsers || meta.name !== team.name) await getManagedTeam(context, subject, params.uid)
    // Members that stay are not written: a change of them at the same moment holds.
    await context.identity.updateTeam(subject, params.uid, { ...meta, ...(!hasSameUsers && { users: [...users] }) })
  },
})
