import type { v1ObjectMeta, v1SpcPolicySummary } from '@atrium/api/generated/operations.d.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { arrayFilter, stringFilter } from '../../shapes/filters.ts'
import { listedFrom, listMeta, ownFirst, pageOfArray } from '../../shapes/lists.ts'
import { tagsOf, viewMeta } from '../../shapes/meta.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'
import { clustersOf } from '../templates/load.ts'
import { templateState } from '../templates/views.ts'

export const v1SpcPoliciesFilterSummary = defineOperation('v1SpcPoliciesFilterSummary', {
  scope: 'project',
  permission: 'spcPolicy.list',
  handler: ({ subject, body, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('MaintenancePolicy', { project: listedFrom(project), limit: 0 })
      const [byName, byTag] = [stringFilter(body.filter?.policyName), arrayFilter(body.filter?.tags)]
      const found = ownFirst(items).filter(({ meta }) => byName(meta.name) && byTag(tagsOf(meta.labels)))
      const rows = found.map(({ meta }) => ({ metadata: viewMeta(meta) }))
      const page = pageOfArray(orderViews(rows, orderOf(body.sort)), query)
      const views = await Promise.all(page.items.map(({ metadata }) => viewSummary(tx, metadata)))
      return { items: views, listmeta: listMeta(page) }
    }),
})

async function viewSummary(tx: Tx, metadata: v1ObjectMeta): Promise<v1SpcPolicySummary> {
  const users = await tx.referrers({ kind: 'MaintenancePolicy', uid: metadata.uid ?? '' })
  const inUseClusterTemplates = await Promise.all(
    users.map(async ({ from: { uid }, name }) => {
      const template = await getOne(tx, 'ClusterTemplate', uid)
      return { uid, name, state: templateState(template, await clustersOf(tx, uid)) }
    }),
  )
  return { metadata, spec: { kind: 'maintenance' }, status: { inUseClusterTemplates } }
}
