import { definePublicOperation } from '../../operation.ts'
import { checkDeviceName, getEnrolling } from './person.ts'

/** A secret for an app that makes codes; shown once. */
export const atriumAccountTotpStart = definePublicOperation('atriumAccountTotpStart', async (request, context) => {
  const { deviceName, password } = request.body
  const person = await getEnrolling(request, password, context)
  const { secret, uri } = await context.identity.startTotp(person, checkDeviceName(deviceName))
  return { secret: secret.reveal(), uri: uri.reveal() }
})
