import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewCluster } from './views.ts'

export const v1SpectroClustersGet = defineOperation('v1SpectroClustersGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewCluster(await getCluster(tx, params.uid))),
})
