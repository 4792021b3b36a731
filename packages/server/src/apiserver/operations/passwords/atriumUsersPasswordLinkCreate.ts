import { defineOperation } from '../../operation.ts'
import { byPresentPassword, getOtherUser } from '../users/load.ts'

/** A link by which another user sets their password once, for whoever can hand it to them: no mail is sent. */
export const atriumUsersPasswordLinkCreate = defineOperation('atriumUsersPasswordLinkCreate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    await getOtherUser(context, subject, params.uid, byPresentPassword)
    const { token, expiresAt, isFirst } = await context.identity.createPasswordLink(subject, params.uid)
    const path = `/v1/auth/password/${token.reveal()}/${isFirst ? 'activate' : 'reset'}`
    return { token: token.reveal(), path, expiresAt }
  },
})
