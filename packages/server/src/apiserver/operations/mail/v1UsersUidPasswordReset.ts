import { defineOperation } from '../../operation.ts'
import { mailLinkTo } from './mail-link.ts'

/** Sends another user a link that sets their password. */
export const v1UsersUidPasswordReset = defineOperation('v1UsersUidPasswordReset', {
  scope: 'tenant',
  permission: 'user.update',
  handler: ({ subject, params }, context) => mailLinkTo(context, subject, params.uid),
})
