import { defineOperation } from '../../operation.ts'
import { getCluster } from '../clusters/load.ts'

/** What differs from the declaration, and what was done about it: newest first. */
export const atriumClustersDeviationsList = defineOperation('atriumClustersDeviationsList', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { status } = await getCluster(tx, params.uid)
      const items = [...(status.deviations ?? [])]
      return { items: items.sort((a, b) => (a.detectedAt < b.detectedAt ? 1 : -1)) }
    }),
})
