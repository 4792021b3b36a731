import { definePublicOperation } from '../../operation.ts'

/** The first step of a sign-in. With `isMfa` the token opens nothing yet: a second factor does, together with it. */
export const v1Authenticate = definePublicOperation('v1Authenticate', async ({ body, ip, header }, context) => {
  const { emailId: email = '', password = '', org } = body
  const { token, isMfa } = await context.identity.signIn({ email, password, org, ip, client: header('User-Agent') })
  return { Authorization: token.reveal(), isMfa }
})
