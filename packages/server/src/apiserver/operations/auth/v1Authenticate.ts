import { definePublicOperation } from '../../operation.ts'

export const v1Authenticate = definePublicOperation('v1Authenticate', async ({ body, ip }, context) => {
  const token = await context.identity.signIn({
    email: body.emailId ?? '',
    password: body.password ?? '',
    ip,
    ...(body.org ? { org: body.org } : {}),
  })
  return { Authorization: token.reveal(), isMfa: false }
})
