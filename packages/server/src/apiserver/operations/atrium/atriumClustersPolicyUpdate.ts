import { changedPolicy } from '../../../content/layer-policy.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster } from '../clusters/load.ts'

export const atriumClustersPolicyUpdate = defineOperation('atriumClustersPolicyUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    await context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      await tx.update('Cluster', params.uid, { spec: { ...cluster.spec, policy: changedPolicy(body, cluster) } })
    })
  },
})
