import type { AuthenticatorTransport } from '@simplewebauthn/server'
import { definePublicOperation } from '../../operation.ts'
import { getEnrolled, relyingParty } from './person.ts'

export const V1UsersMfaRegisterDeviceFinish = definePublicOperation(
  'V1UsersMfaRegisterDeviceFinish',
  async (request, context) => {
    const { id = '', rawId = '', response = {}, deviceName = '' } = request.body
    const person = await getEnrolled(request, context)
    const { attestationObject = '', clientDataJSON = '', transports } = response
    const answer = {
      id,
      rawId,
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: {
        attestationObject,
        clientDataJSON,
        // Names that browsers know; they are kept and handed back to them.
        transports: (transports ?? []).slice(0, 8).map((one) => one.slice(0, 32) as AuthenticatorTransport),
      },
    }
    await context.identity.finishRegistration(person, deviceName, answer, relyingParty(context))
  },
)
