import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { foldEmail } from '../../../auth/users.ts'
import type { ServerContext } from '../../../context.ts'
import { defineOperation } from '../../operation.ts'
import { getManagedUser } from './load.ts'

export const v1UsersUidUpdate = defineOperation('v1UsersUidUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const { email } = await getManagedUser(context, subject, params.uid)
    const { emailId, firstName, lastName } = body.spec ?? {}
    if (params.uid === subject.userUid && emailId && foldEmail(emailId) !== email) await mustNotBeMailed(context)
    await context.identity.updateUser(subject, params.uid, {
      ...(emailId ? { email: emailId } : {}),
      ...(firstName === undefined ? {} : { firstName }),
      ...(lastName === undefined ? {} : { lastName }),
    })
  },
})

/** Links that set a password go to the address: a session that was left lying about would send them to whoever holds it. */
async function mustNotBeMailed({ identity }: ServerContext): Promise<void> {
  if ((await identity.mails.settings()) === null) return
  const text =
    'Another administrator changes your e-mail: links that set your password are sent there, and your own session does not decide where.'
  throw new AtriumError('Forbidden', text)
}
