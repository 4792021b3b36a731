import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Asked once more with `forceDelete`, a deletion that is stuck gives up on what cannot be removed. */
export const v1SpectroClustersDelete = defineOperation('v1SpectroClustersDelete', {
  scope: 'object',
  permission: 'cluster.delete',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await getCluster(tx, params.uid)
      if (query.forceDelete && !cluster.spec.forceDelete) {
        await tx.update('Cluster', params.uid, { spec: { ...cluster.spec, forceDelete: true } })
      }
      await tx.delete('Cluster', params.uid)
    }),
})
