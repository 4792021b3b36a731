import { definePublicOperation } from '../../operation.ts'
import { followLink } from './follow-link.ts'

/** The first password of an operator, by a link. */
export const v1SystemAdminsPasswordActivate = definePublicOperation(
  'v1SystemAdminsPasswordActivate',
  async ({ params, body }, context) => {
    await followLink(params.passwordToken, body.password, context, true)
  },
)
