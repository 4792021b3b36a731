import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { longestSessionHours } from '../../../store/identity/credentials.ts'
import { definePublicOperation } from '../../operation.ts'

export const v1AuthRefresh = definePublicOperation('v1AuthRefresh', async ({ params }, context) => {
  const token = await context.identity.refresh(params.token)
  if (!token) {
    const text = `The token is of no session that is open: it was ended or renewed, or ran out, as every session does ${longestSessionHours} hours after its sign-in. Sign in again.`
    throw new AtriumError('Unauthorized', text)
  }
  return { Authorization: token.reveal(), isMfa: false }
})
