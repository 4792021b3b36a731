import { defineOperation } from '../../operation.ts'
import { parseMembers, setMembers } from './members.ts'

/** The list is complete, as `PUT /v1/teams/{uid}/projects` would make it team by team. */
export const v1ProjectsUidTeamsUpdate = defineOperation('v1ProjectsUidTeamsUpdate', {
  scope: 'tenant',
  permission: 'team.update',
  async handler({ subject, params, body }, context) {
    const sent = (body.teams ?? []).map(({ teamId, roles }) => ({ uid: teamId, roles }))
    await setMembers(context, subject, params.uid, { kind: 'team', wanted: parseMembers(sent, 'team') })
  },
})
