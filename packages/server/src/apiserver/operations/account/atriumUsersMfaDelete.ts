import { defineOperation } from '../../operation.ts'
import { getOtherUser } from '../users/load.ts'

/** For somebody else who lost every factor: their password alone opens a session again, until they enrol another one. */
export const atriumUsersMfaDelete = defineOperation('atriumUsersMfaDelete', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    const instead =
      'Remove your own factors with your password: DELETE /v1/users/mfa/devices/{deviceName}. If you lost them all, ask another administrator.'
    await getOtherUser(context, subject, params.uid, instead)
    await context.identity.resetFactors(subject, params.uid)
  },
})
