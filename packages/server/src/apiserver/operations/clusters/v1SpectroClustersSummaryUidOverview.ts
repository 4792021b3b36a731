import { defineOperation } from '../../operation.ts'
import { overviewOf } from './overview.ts'

export const v1SpectroClustersSummaryUidOverview = defineOperation('v1SpectroClustersSummaryUidOverview', {
  scope: 'object',
  permission: 'cluster.get',
  handler: overviewOf,
})
