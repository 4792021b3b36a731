import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewSpcApply } from './views.ts'

export const v1SpectroClustersUidStatusSpcApplyGet = defineOperation('v1SpectroClustersUidStatusSpcApplyGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewSpcApply(await getCluster(tx, params.uid))),
})
