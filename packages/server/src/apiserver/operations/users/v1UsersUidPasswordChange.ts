import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { defineOperation } from '../../operation.ts'
import { checkPassword } from '../tenants/password-policy.ts'
import { getUser } from './load.ts'

/** One's own password, with the present one. Ends all sessions of the user. */
export const v1UsersUidPasswordChange = defineOperation('v1UsersUidPasswordChange', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, body, ip }, context) {
    if (params.uid !== subject.userUid) {
      throw new AtriumError('Forbidden', "Only one's own password is changed here.")
    }
    const user = await getUser(context, subject, params.uid)
    // Signing in proves the present password, and is throttled.
    const present = { email: user.email, password: body.currentPassword ?? '', org: subject.tenantName, ip }
    await context.identity.signIn(present)
    const password = new Secret(body.newPassword)
    await checkPassword(context, subject, 'newPassword', password)
    await context.identity.setPassword(subject, user.uid, password)
  },
})
