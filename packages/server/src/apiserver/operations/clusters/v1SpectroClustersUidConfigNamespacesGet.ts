import { defineOperation } from '../../operation.ts'
import { viewNamespaces } from './access-views.ts'
import { getCluster } from './load.ts'

export const v1SpectroClustersUidConfigNamespacesGet = defineOperation('v1SpectroClustersUidConfigNamespacesGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => ({ items: viewNamespaces(await getCluster(tx, params.uid)) })),
})
