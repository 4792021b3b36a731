import { defineOperation } from '../../operation.ts'
import { getManagedUser } from '../users/load.ts'

/** A link by which a user sets their password once, for whoever can hand it to them: no mail is sent. */
export const atriumUsersPasswordLinkCreate = defineOperation('atriumUsersPasswordLinkCreate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params }, context) {
    await getManagedUser(context, subject, params.uid)
    const { token, expiresAt, isFirst } = await context.identity.createPasswordLink(subject, params.uid)
    const path = `/v1/auth/password/${token.reveal()}/${isFirst ? 'activate' : 'reset'}`
    return { token: token.reveal(), path, expiresAt }
  },
})
