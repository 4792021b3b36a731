import { factorNotFound } from '../../../auth/factors/factors.ts'
import { defineOperation } from '../../operation.ts'
import { viewDevice } from './devices.ts'

export const V1UsersMfaDevicesNameGet = defineOperation('V1UsersMfaDevicesNameGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    const found = (await context.identity.factors(subject)).find(({ name }) => name === params.deviceName)
    if (!found) throw factorNotFound(params.deviceName)
    return viewDevice(found)
  },
})
