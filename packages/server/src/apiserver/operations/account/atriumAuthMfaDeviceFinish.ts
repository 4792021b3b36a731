import { definePublicOperation } from '../../operation.ts'
import { originOf, relyingParty } from './person.ts'

/** The second step of a sign-in, by an authenticator. */
export const atriumAuthMfaDeviceFinish = definePublicOperation(
  'atriumAuthMfaDeviceFinish',
  async (request, context) => {
    const { id, rawId, response } = request.body
    const { userHandle, ...signed } = response
    const answer = {
      id,
      rawId,
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: { ...signed, ...(userHandle ? { userHandle } : {}) },
    }
    const token = request.header('Authorization') ?? ''
    const session = await context.identity.proveAuthenticator(token, answer, relyingParty(context), originOf(request))
    return { Authorization: session.reveal(), isMfa: false }
  },
)
