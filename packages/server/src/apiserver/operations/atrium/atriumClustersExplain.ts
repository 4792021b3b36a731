import { explainCluster } from '../../explain/explain.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster } from '../clusters/load.ts'

/** Why the cluster is not ready, since when, what it waits for, and what a person can do. */
export const atriumClustersExplain = defineOperation('atriumClustersExplain', {
  scope: 'object',
  permission: 'cluster.get',
  async handler({ subject, params: { uid } }, context) {
    const facts = await context.admission.run(subject, async (tx) => {
      const cluster = await getCluster(tx, uid)
      const account = await tx.get('CloudAccount', cluster.spec.cloudAccountUid)
      const machines = await tx.list('Machine', { where: { clusterUid: uid } })
      return { cluster, accountName: account?.meta.name ?? '', machines: machines.items }
    })
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, [uid])
    return explainCluster({ ...facts, heartbeatAt: heartbeats?.get(uid) ?? null, now: context.clock.now() })
  },
})
