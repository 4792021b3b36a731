import { defineOperation } from '../../operation.ts'
import { getManagedTeam, getTeam } from './load.ts'
import { parseTeamMeta } from './parse.ts'

/** Replaces name, labels, annotations and members. Roles are changed by their own operations. */
export const v1TeamsUidUpdate = defineOperation('v1TeamsUidUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const team = await getTeam(context, subject, params.uid)
    const users = body.spec?.users ?? []
    const isSame = users.length === team.users.length && users.every((uid) => team.users.includes(uid))
    if (!isSame) await getManagedTeam(context, subject, params.uid)
    await context.identity.updateTeam(subject, params.uid, { ...parseTeamMeta(body), users })
  },
})
