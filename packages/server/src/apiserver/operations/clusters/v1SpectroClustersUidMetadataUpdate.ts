import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { lockCluster } from './load.ts'

/** Labels and annotations replace the former ones. The name is part of the cluster's identity in its cloud and stays. */
export const v1SpectroClustersUidMetadataUpdate = defineOperation('v1SpectroClustersUidMetadataUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await lockCluster(tx, params.uid)
      const { name, labels, annotations } = parseMeta(body.metadata)
      if (name !== '' && name !== meta.name)
        throw invalid('metadata.name', `a cluster cannot be renamed, it stays '${meta.name}'. Leave the name out`)
      await tx.update('Cluster', params.uid, { labels, annotations })
    }),
})
