import { definePublicOperation } from '../../operation.ts'

export const atriumSystemSignIn = definePublicOperation('atriumSystemSignIn', async ({ body, ip }, context) => {
  const { token, expiresAt } = await context.identity.operators.signIn({ ...body, ip })
  return { token: token.reveal(), expiresAt }
})
