import { capped } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'

/** Ends sessions by their tokens: whoever holds a token may end it. */
export const v1UsersAuthTokensRevoke = defineOperation('v1UsersAuthTokensRevoke', {
  scope: 'self',
  permission: null,
  async handler({ subject, body }, context) {
    for (const token of capped(body.tokens, 100, 'tokens')) await context.identity.revokeToken(subject, token)
  },
})
