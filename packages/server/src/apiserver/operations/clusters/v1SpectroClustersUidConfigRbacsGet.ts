import { defineOperation } from '../../operation.ts'
import { viewBindings } from './access-views.ts'
import { getCluster } from './load.ts'

/** Never 404 for a cluster that exists: clients then take a path that breaks. */
export const v1SpectroClustersUidConfigRbacsGet = defineOperation('v1SpectroClustersUidConfigRbacsGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => ({ items: viewBindings(await getCluster(tx, params.uid)) })),
})
