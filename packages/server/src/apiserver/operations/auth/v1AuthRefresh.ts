import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { definePublicOperation } from '../../operation.ts'

export const v1AuthRefresh = definePublicOperation('v1AuthRefresh', async ({ params }, context) => {
  const token = await context.identity.refresh(params.token)
  if (!token) throw new AtriumError('Unauthorized', 'The token is not valid any more. Sign in again.')
  return { Authorization: token.reveal(), isMfa: false }
})
