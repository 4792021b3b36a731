import { definePublicOperation } from '../../operation.ts'
import { originOf } from '../account/person.ts'

/** The first step of a sign-in. With `isMfa` the token opens nothing yet: a second factor does, together with it. */
export const v1Authenticate = definePublicOperation('v1Authenticate', async (request, context) => {
  const { body, ip } = request
  const { token, isMfa } = await context.identity.signIn({
    email: body.emailId ?? '',
    password: body.password ?? '',
    ip,
    ...originOf(request),
    ...(body.org ? { org: body.org } : {}),
  })
  return { Authorization: token.reveal(), isMfa }
})
