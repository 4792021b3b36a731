import { definePublicOperation } from '../../operation.ts'
import { followLink } from './follow-link.ts'

/** The first password of a user, by a link. */
export const v1PasswordActivate = definePublicOperation('v1PasswordActivate', async ({ params, body }, context) => {
  await followLink(params.passwordToken, body.password, context, true)
})
