import { Secret } from '@atrium/runtime/base/secret.ts'
import { defineOperation } from '../../operation.ts'
import { checkPassword } from '../passwords/check-password.ts'
import { byPresentPassword, getOtherUser } from '../users/load.ts'

/** Gives another user a password; their sessions end. Not for users who may do more than the caller. */
export const atriumUsersPasswordSet = defineOperation('atriumUsersPasswordSet', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    await getOtherUser(context, subject, params.uid, byPresentPassword)
    const password = new Secret(body.password)
    await checkPassword(context, subject.tenant, 'password', password)
    await context.identity.setPassword(subject, params.uid, password)
  },
})
