import { definePublicOperation } from '../../operation.ts'
import { originOf } from './person.ts'

/** The second step of a sign-in, by a code of an app or a recovery code. */
export const atriumAuthMfaCode = definePublicOperation('atriumAuthMfaCode', async (request, context) => {
  const token = request.header('Authorization') ?? ''
  const session = await context.identity.proveCode(token, request.body.code, originOf(request))
  return { Authorization: session.reveal(), isMfa: false }
})
