import { definePublicOperation } from '../../operation.ts'
import { checkDeviceName, getEnrolling, relyingParty } from './person.ts'

/** What a browser gives to an authenticator that is to be registered. */
export const V1UsersMfaRegisterDeviceStart = definePublicOperation(
  'V1UsersMfaRegisterDeviceStart',
  async (request, context) => {
    const { body } = request
    const party = relyingParty(context)
    const person = await getEnrolling(request, body.password, context)
    const publicKey = await context.identity.startRegistration(person, checkDeviceName(body.deviceName), party)
    // An object of objects in the contract: what a browser would be asked beside the key is nothing it must do.
    return { publicKey: { ...publicKey, extensions: {} } }
  },
)
