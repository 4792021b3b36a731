import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Never 404 for a cluster that exists: clients then take a path that breaks. Bindings cannot be set yet, so there are none. */
export const v1SpectroClustersUidConfigRbacsGet = defineOperation('v1SpectroClustersUidConfigRbacsGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getCluster(tx, params.uid)
      return { items: [] }
    }),
})
