import { definePublicOperation } from '../../operation.ts'
import { getOwner } from './person.ts'

/** With the last one, recovery codes go too. */
export const V1UsersMfaDevicesNameDelete = definePublicOperation(
  'V1UsersMfaDevicesNameDelete',
  async (request, context) => {
    const person = await getOwner(request, request.body.password, context)
    await context.identity.removeFactor(person, request.params.deviceName)
  },
)
