import type { v1SearchFilterSummarySpec } from '@atrium/api/generated/operations.d.ts'
import { reaches } from '@atrium/runtime/store/reach.ts'
import type { ListQuery } from '@atrium/runtime/store/store.ts'
import { visibleQuery } from '../../../admission/lists.ts'
import { defineOperation, Printed } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { clusterRows } from './cluster-rows.ts'
import { textsOfRow } from './printed-row.ts'
import { clusterFilter, type SearchRow } from './search.ts'
import type { Selection } from './selections.ts'

export const v1SpectroClustersSearchFilterSummary = defineOperation('v1SpectroClustersSearchFilterSummary', {
  scope: 'project',
  permission: 'cluster.list',
  async handler({ subject, query, body, project, print }, context) {
    const visible = visibleQuery(subject, 'Cluster', project === null ? {} : { project })
    const rows =
      visible === 'nothing'
        ? []
        : (await clusterRows(context.store, subject.tenant, print)).select(selectionOf(visible, body))
    const page = pageOfArray(rows, query)
    const uids = page.items.map(({ uid }) => uid)
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, uids)
    const items = page.items.map(({ uid, printed }) => textsOfRow(printed, heartbeats?.get(uid)))
    const empty = print('v1SpectroClustersSummary', { items: [], listmeta: listMeta(page) })
    const [before = '', after = ''] = empty.split('[]')
    const texts = items.flatMap((item, index) => (index === 0 ? item : [',', ...item]))
    return new Printed([before, '[', ...texts, ']', after])
  },
})

/** The visible clusters that the search asks for. */
function selectionOf({ project, within }: ListQuery, { filter, sort }: v1SearchFilterSummarySpec): Selection {
  const matches = clusterFilter(filter)
  const projects = project === undefined ? null : [project].flat().toSorted()
  const isVisible = (row: SearchRow): boolean =>
    (projects === null || projects.includes(row.project)) &&
    (within === undefined || within.some((reach) => reaches(reach, row)))
  return {
    sort: sort ?? [],
    key: JSON.stringify([projects, within, filter]),
    passes: (row) => isVisible(row) && matches(row),
  }
}
