import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { definePublicOperation } from '../../operation.ts'
import { viewDevice } from './devices.ts'

/** What can complete a sign-in that waits for its second step. */
export const V1AuthMfaDevicesList = definePublicOperation('V1AuthMfaDevicesList', async ({ header }, context) => {
  const holder = await context.identity.holderOf(header('Authorization') ?? '')
  if (holder) return (await context.identity.factors(holder)).map(viewDevice)
  throw new AtriumError('Unauthorized', 'Send the token of POST /v1/auth/authenticate in header Authorization.')
})
