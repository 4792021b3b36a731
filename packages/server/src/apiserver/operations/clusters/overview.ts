import type { v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { getCluster } from './load.ts'
import { viewOverview } from './summary.ts'

/** Both paths of the dashboard that tell of one cluster tell the same. */
export async function overviewOf(
  { subject, params }: { subject: Subject; params: { uid: string } },
  context: ServerContext,
): Promise<v1SpectroClusterUidSummary> {
  const { cluster, accountName } = await context.admission.run(subject, async (tx) => {
    const found = await getCluster(tx, params.uid)
    const account = await tx.get('CloudAccount', found.spec.cloudAccountUid)
    return { cluster: found, accountName: account?.meta.name ?? '' }
  })
  const heartbeats = await context.lastHeartbeats?.(subject.tenant, [params.uid])
  return viewOverview(cluster, { accountName, heartbeatAt: heartbeats?.get(params.uid) })
}
