import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { stateOf } from './views.ts'

export const v1SpectroClustersUidStatus = defineOperation('v1SpectroClustersUidStatus', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => ({ status: { state: stateOf(await getCluster(tx, params.uid)) } })),
})
