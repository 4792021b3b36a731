import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { defineOperation } from '../../operation.ts'
import { checkPassword, mustDiffer } from '../passwords/check-password.ts'
import { getUser } from './load.ts'

/** One's own password, with the present one. Ends the user's sessions, but the one that asks. */
export const v1UsersUidPasswordChange = defineOperation('v1UsersUidPasswordChange', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, body, ip, header }, context) {
    if (params.uid !== subject.userUid) {
      throw new AtriumError('Forbidden', "Only one's own password is changed here.")
    }
    const { email } = await getUser(context, subject, params.uid)
    // Throttled as signing in is.
    const present = { email, password: body.currentPassword ?? '', tenant: subject.tenant, ip }
    const proven = await context.identity.provePassword(present)
    const password = new Secret(body.newPassword)
    mustDiffer(body.currentPassword, password)
    await checkPassword(context, subject.tenant, 'newPassword', password)
    const keptToken = header('Authorization') ?? null
    await context.identity.setPassword(subject, params.uid, password, { keptToken, proven })
  },
})
