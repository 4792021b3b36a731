import { definePublicOperation } from '../../operation.ts'
import { followLink } from './follow-link.ts'

/** An operator's password in place of one that is forgotten, by a link. */
export const v1SystemUsersPasswordReset = definePublicOperation(
  'v1SystemUsersPasswordReset',
  async ({ params, body }, context) => {
    await followLink(params.passwordToken, body.password, context, false)
  },
)
