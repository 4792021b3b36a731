import { defineOperation } from '../../operation.ts'
import { getManagedUser } from '../users/load.ts'

/** For somebody who lost every factor: their password alone opens a session again, until they enrol another one. */
export const atriumUsersMfaDelete = defineOperation('atriumUsersMfaDelete', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    await getManagedUser(context, subject, params.uid)
    await context.identity.resetFactors(subject, params.uid)
  },
})
