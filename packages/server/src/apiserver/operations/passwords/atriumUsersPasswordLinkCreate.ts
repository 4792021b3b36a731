import { defineOperation } from '../../operation.ts'
import { byPresentPassword, getOtherUser } from '../users/load.ts'
import { viewLink } from './view-link.ts'

/** A link by which another user sets their password once, for whoever can hand it to them: no mail is sent. */
export const atriumUsersPasswordLinkCreate = defineOperation('atriumUsersPasswordLinkCreate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    await getOtherUser(context, subject, params.uid, byPresentPassword)
    return viewLink(context, await context.identity.createPasswordLink(subject, params.uid))
  },
})
