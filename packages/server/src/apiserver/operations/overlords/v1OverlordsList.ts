import { defineOperation } from '../../operation.ts'
import { viewSystemGateway } from './gateway.ts'

export const v1OverlordsList = defineOperation('v1OverlordsList', {
  scope: 'object',
  permission: 'privateGateway.list',
  handler: async ({ subject, query }) => {
    const gateway = viewSystemGateway(subject)
    return { items: query.name && query.name !== gateway.metadata?.name ? [] : [gateway] }
  },
})
