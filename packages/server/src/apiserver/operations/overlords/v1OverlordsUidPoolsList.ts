import { defineOperation } from '../../operation.ts'
import { getGateway } from './gateway.ts'

/** The built-in gateway hands out no addresses. */
export const v1OverlordsUidPoolsList = defineOperation('v1OverlordsUidPoolsList', {
  scope: 'object',
  permission: 'privateGateway.get',
  handler: async ({ subject, params }) => {
    getGateway(subject, params.uid)
    return { items: [] }
  },
})
