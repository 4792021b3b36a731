import type { v1SearchFilterSummarySpec } from '@atrium/api/generated/operations.d.ts'
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
    const selection = selectionOf(visible === 'nothing' ? [] : visible.project, body)
    const rows =
      visible === 'nothing' ? [] : (await clusterRows(context.store, subject.tenant, print)).select(selection)
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

/** The clusters of these projects (undefined = of all) that the search asks for. */
function selectionOf(wanted: ListQuery['project'], { filter, sort }: v1SearchFilterSummarySpec): Selection {
  const matches = clusterFilter(filter)
  const projects = wanted === undefined ? null : [wanted].flat().toSorted()
  const isVisible = ({ project }: SearchRow): boolean => projects === null || projects.includes(project)
  return {
    sort: sort ?? [],
    key: JSON.stringify([projects, filter]),
    passes: (row) => isVisible(row) && matches(row),
  }
}
