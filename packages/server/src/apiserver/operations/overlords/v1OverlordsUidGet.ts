import { defineOperation } from '../../operation.ts'
import { getGateway } from './gateway.ts'

export const v1OverlordsUidGet = defineOperation('v1OverlordsUidGet', {
  scope: 'object',
  permission: 'privateGateway.get',
  handler: async ({ subject, params }) => getGateway(subject, params.uid),
})
