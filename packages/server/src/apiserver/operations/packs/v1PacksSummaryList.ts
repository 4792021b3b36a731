import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewPackSummary } from './views.ts'

/** Clients never continue this list: without a limit it is whole. */
export const v1PacksSummaryList = defineOperation('v1PacksSummaryList', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const packs = await new Catalogue(tx).packs()
      const page = pageOfViews(packs.map(viewPackSummary), query, 0)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
