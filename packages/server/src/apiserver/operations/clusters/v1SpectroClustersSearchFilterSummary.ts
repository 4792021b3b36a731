import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { asksForProfiles, clusterFilter, sortClusters } from './search.ts'
import { searchRows, viewEach } from './search-rows.ts'
import { viewSummary } from './summary.ts'

export const v1SpectroClustersSearchFilterSummary = defineOperation('v1SpectroClustersSearchFilterSummary', {
  scope: 'project',
  permission: 'cluster.list',
  async handler({ subject, query, body, project }, context) {
    const matches = clusterFilter(body.filter)
    const scope = project === null ? {} : { project }
    const page = await context.admission.run(subject, async (tx) => {
      const all = await searchRows(tx, scope, asksForProfiles(body.filter))
      return pageOfArray(sortClusters(all.filter(matches), body.sort ?? []), query)
    })
    const uids = page.items.map(({ uid }) => uid)
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, uids)
    const items = await context.admission.run(subject, (tx) =>
      viewEach(tx, uids, (cluster) => viewSummary(cluster, heartbeats?.get(cluster.meta.uid))),
    )
    return { items, listmeta: listMeta(page) }
  },
})
