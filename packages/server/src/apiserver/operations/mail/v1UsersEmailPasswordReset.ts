import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { foldEmail } from '../../../auth/users.ts'
import { defineOperation } from '../../operation.ts'
import { mailLinkTo } from './mail-link.ts'

/** As `v1UsersUidPasswordReset`, for the user of this e-mail. */
export const v1UsersEmailPasswordReset = defineOperation('v1UsersEmailPasswordReset', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, body }, context) {
    const [user] = await context.identity.listUsers(subject.tenant, { email: foldEmail(body.emailId) })
    if (!user) throw new AtriumError('UserNotFound', 'No user has this e-mail.')
    await mailLinkTo(context, subject, user.uid)
  },
})
