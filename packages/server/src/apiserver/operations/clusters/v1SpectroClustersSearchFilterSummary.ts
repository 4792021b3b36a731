import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { clusterFilter, sortClusters } from './search.ts'
import { viewSummary } from './summary.ts'

export const v1SpectroClustersSearchFilterSummary = defineOperation('v1SpectroClustersSearchFilterSummary', {
  scope: 'project',
  permission: 'cluster.list',
  async handler({ subject, query, body, project }, context) {
    const matches = clusterFilter(body.filter)
    const page = await context.admission.run(subject, async (tx) => {
      const all = await tx.list('Cluster', project === null ? {} : { project })
      return pageOfArray(sortClusters(all.items.filter(matches), body.sort ?? []), query)
    })
    const uids = page.items.map((cluster) => cluster.meta.uid)
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, uids)
    return {
      items: page.items.map((cluster) => viewSummary(cluster, heartbeats?.get(cluster.meta.uid))),
      listmeta: listMeta(page),
    }
  },
})
