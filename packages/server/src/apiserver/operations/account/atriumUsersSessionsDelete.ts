import { defineOperation } from '../../operation.ts'
import { getManagedUser } from '../users/load.ts'

/** Ends every session of a user. Their API keys go on. */
export const atriumUsersSessionsDelete = defineOperation('atriumUsersSessionsDelete', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    await getManagedUser(context, subject, params.uid)
    await context.identity.endSessions(subject, params.uid)
  },
})
