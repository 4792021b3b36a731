import { definePublicOperation } from '../../operation.ts'
import { followLink } from './follow-link.ts'

/** A password in place of one that is forgotten, by a link. */
export const v1PasswordReset = definePublicOperation('v1PasswordReset', async ({ params, body }, context) => {
  await followLink(params.passwordToken, body.password, context, false)
})
