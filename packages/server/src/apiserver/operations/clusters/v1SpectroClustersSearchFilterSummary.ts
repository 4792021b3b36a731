import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { clusterFilter, sortClusters } from './search.ts'
import { viewSummary } from './summary.ts'

export const v1SpectroClustersSearchFilterSummary = defineOperation('v1SpectroClustersSearchFilterSummary', {
  scope: 'project',
  permission: 'cluster.list',
  handler: ({ subject, query, body, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const matches = clusterFilter(body.filter)
      const all = await tx.list('Cluster', project === null ? {} : { project })
      const page = pageOfArray(sortClusters(all.items.filter(matches), body.sort ?? []), query)
      return { items: page.items.map(viewSummary), listmeta: listMeta(page, query) }
    }),
})
