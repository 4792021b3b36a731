import type { v1SpectroClusterSummary } from '@atrium/api/generated/operations.d.ts'
import type { ListQuery } from '@atrium/runtime/store/store.ts'
import { visibleQuery } from '../../../admission/lists.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { clusterRows } from './cluster-rows.ts'
import { clusterFilter, type SearchRow } from './search.ts'

export const v1SpectroClustersSearchFilterSummary = defineOperation('v1SpectroClustersSearchFilterSummary', {
  scope: 'project',
  permission: 'cluster.list',
  async handler({ subject, query, body, project }, context) {
    const matches = clusterFilter(body.filter)
    const visible = visibleQuery(subject, 'Cluster', project === null ? {} : { project })
    const rows = visible === 'nothing' ? [] : (await clusterRows(context.store, subject.tenant)).sorted(body.sort ?? [])
    const isVisible = visible === 'nothing' ? () => false : inScope(visible.project)
    const page = pageOfArray(
      rows.filter((row) => isVisible(row) && matches(row)),
      query,
    )
    const uids = page.items.map(({ uid }) => uid)
    const heartbeats = await context.lastHeartbeats?.(subject.tenant, uids)
    const items = page.items.map(({ uid, summary }) => heardOf(summary, heartbeats?.get(uid)))
    return { items, listmeta: listMeta(page) }
  },
})

function inScope(wanted: ListQuery['project']): (row: SearchRow) => boolean {
  if (wanted === undefined) return () => true
  const projects = new Set([wanted].flat())
  return ({ project }) => projects.has(project)
}

/** Heartbeats have a table of their own: they change no cluster. */
const heardOf = (summary: v1SpectroClusterSummary, heartbeatAt: string | undefined): v1SpectroClusterSummary =>
  heartbeatAt === undefined
    ? summary
    : {
        ...summary,
        status: { ...summary.status, health: { ...summary.status?.health, lastHeartBeatTimestamp: heartbeatAt } },
      }
