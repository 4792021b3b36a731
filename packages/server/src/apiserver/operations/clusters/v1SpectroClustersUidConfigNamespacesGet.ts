import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Namespace quotas cannot be set yet, so there are none. */
export const v1SpectroClustersUidConfigNamespacesGet = defineOperation('v1SpectroClustersUidConfigNamespacesGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getCluster(tx, params.uid)
      return { items: [] }
    }),
})
