import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewOverview } from './summary.ts'

export const v1SpectroClustersSummaryUidOverview = defineOperation('v1SpectroClustersSummaryUidOverview', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await getCluster(tx, params.uid)
      const account = await tx.get('CloudAccount', cluster.spec.cloudAccountUid)
      return viewOverview(cluster, account?.meta.name ?? '')
    }),
})
