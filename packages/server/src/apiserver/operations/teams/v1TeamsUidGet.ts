import { defineOperation } from '../../operation.ts'
import { getTeam } from './load.ts'
import { viewTeam } from './views.ts'

export const v1TeamsUidGet = defineOperation('v1TeamsUidGet', {
  scope: 'tenant',
  permission: 'team.get',
  async handler({ subject, params }, context) {
    const team = await getTeam(context, subject, params.uid)
    return viewTeam(team, await context.identity.roleBindings(subject.tenant, { team: team.uid }))
  },
})
