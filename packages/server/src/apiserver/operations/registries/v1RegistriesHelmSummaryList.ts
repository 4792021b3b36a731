import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewSummary } from './views.ts'

export const v1RegistriesHelmSummaryList = defineOperation('v1RegistriesHelmSummaryList', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const registries = (await new Catalogue(tx).registries()).filter(({ spec }) => spec.type === 'helm')
      const page = pageOfViews(registries.map(viewSummary), query, 0)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
