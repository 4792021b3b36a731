import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewOverview } from './summary.ts'

export const v1SpectroClustersSummaryUidOverview = defineOperation('v1SpectroClustersSummaryUidOverview', {
  scope: 'object',
  permission: 'cluster.get',
  async handler({ subject, params }, context) {
    const { cluster, accountName } = await context.admission.run(subject, async (tx) => {
      const found = await getCluster(tx, params.uid)
      const account = await tx.get('CloudAccount', found.spec.cloudAccountUid)
      return { cluster: found, accountName: account?.meta.name ?? '' }
    })
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, [params.uid])
    return viewOverview(cluster, { accountName, heartbeatAt: heartbeats?.get(params.uid) })
  },
})
