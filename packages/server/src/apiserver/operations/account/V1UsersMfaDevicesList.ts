import { defineOperation } from '../../operation.ts'
import { viewDevice } from './devices.ts'

export const V1UsersMfaDevicesList = defineOperation('V1UsersMfaDevicesList', {
  scope: 'self',
  permission: null,
  handler: async ({ subject }, context) => (await context.identity.factors(subject)).map(viewDevice),
})
