import { defineOperation } from '../../operation.ts'
import { importLink } from './import-link.ts'
import { getCluster } from './load.ts'
import { viewCluster } from './views.ts'

export const v1SpectroClustersGet = defineOperation('v1SpectroClustersGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await getCluster(tx, params.uid)
      return viewCluster(cluster, await importLink(tx, cluster, subject, context))
    }),
})
