import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewFilterSummary } from './views.ts'

export const v1FiltersList = defineOperation('v1FiltersList', {
  scope: 'tenant',
  permission: 'filter.list',
  async handler({ subject, query }, context) {
    const { items } = await context.admission.run(subject, (tx) => tx.list('TagFilter', { limit: 0 }))
    const page = pageOfViews(items.map(viewFilterSummary), query)
    return { items: page.items, listmeta: listMeta(page) }
  },
})
