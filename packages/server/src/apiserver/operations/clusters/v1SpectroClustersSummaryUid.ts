import { defineOperation } from '../../operation.ts'
import { overviewOf } from './overview.ts'

export const v1SpectroClustersSummaryUid = defineOperation('v1SpectroClustersSummaryUid', {
  scope: 'object',
  permission: 'cluster.get',
  handler: overviewOf,
})
