import { defineOperation } from '../../operation.ts'
import { parseMembers, setMembers } from './members.ts'

/** The list is complete, as `PUT /v1/users/{uid}/projects` would make it user by user. */
export const v1ProjectsUidUsersUpdate = defineOperation('v1ProjectsUidUsersUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const sent = (body.users ?? []).map(({ userId, roles }) => ({ uid: userId, roles }))
    await setMembers(context, subject, params.uid, { kind: 'user', wanted: parseMembers(sent, 'user') })
  },
})
