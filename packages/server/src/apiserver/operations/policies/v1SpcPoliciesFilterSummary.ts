import type { v1SpcPolicySummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { defineOperation } from '../../operation.ts'
import { arrayFilter, stringFilter } from '../../shapes/filters.ts'
import { listedFrom, listMeta, pageOfArray } from '../../shapes/lists.ts'
import { tagsOf, viewMeta } from '../../shapes/meta.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'

export const v1SpcPoliciesFilterSummary = defineOperation('v1SpcPoliciesFilterSummary', {
  scope: 'project',
  permission: 'spcPolicy.list',
  handler: ({ subject, body, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('MaintenancePolicy', { project: listedFrom(project), limit: 0 })
      const [byName, byTag] = [stringFilter(body.filter?.policyName), arrayFilter(body.filter?.tags)]
      const found = items.filter(({ meta }) => byName(meta.name) && byTag(tagsOf(meta.labels)))
      const page = pageOfArray(orderViews(found.map(viewSummary), orderOf(body.sort)), query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})

const viewSummary = ({ meta }: StoredObject<'MaintenancePolicy'>): v1SpcPolicySummary => ({
  metadata: viewMeta(meta),
  spec: { kind: 'maintenance' },
  status: { inUseClusterTemplates: [] },
})
