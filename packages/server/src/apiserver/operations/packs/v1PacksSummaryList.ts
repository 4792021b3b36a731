import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { parseFilters } from '../../shapes/filters.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { orderViews } from '../../shapes/order.ts'
import { viewPackSummary } from './views.ts'

/** Clients never continue this list: without a limit it is whole. */
export const v1PacksSummaryList = defineOperation('v1PacksSummaryList', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const packs = await new Catalogue(tx).packs()
      const views = packs.map(viewPackSummary).filter(parseFilters(query.filters))
      const page = pageOfArray(orderViews(views, query.orderBy), query, 0)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
