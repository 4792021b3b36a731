import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { lockCluster } from './load.ts'

/** Labels and annotations replace the former ones. The name is part of the cluster's identity in its cloud and stays. */
export const v1SpectroClustersUidMetadataUpdate = defineOperation('v1SpectroClustersUidMetadataUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      await lockCluster(tx, params.uid)
      const { labels, annotations } = parseMeta(body.metadata)
      await tx.update('Cluster', params.uid, { labels, annotations })
    }),
})
