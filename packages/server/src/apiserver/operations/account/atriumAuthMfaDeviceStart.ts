import { definePublicOperation } from '../../operation.ts'
import { relyingParty } from './person.ts'

/** What a browser gives to an authenticator that is to complete a sign-in. */
export const atriumAuthMfaDeviceStart = definePublicOperation(
  'atriumAuthMfaDeviceStart',
  async ({ header }, context) => {
    const options = await context.identity.startAuthenticator(header('Authorization') ?? '', relyingParty(context))
    const { challenge, rpId = '', timeout = 0, userVerification = '', allowCredentials = [] } = options
    return { publicKey: { challenge, rpId, timeout, userVerification, allowCredentials } }
  },
)
