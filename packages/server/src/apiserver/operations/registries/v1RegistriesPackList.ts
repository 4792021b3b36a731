import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewPackRegistry } from './views.ts'

/** Clients never continue this list: without a limit it is whole. */
export const v1RegistriesPackList = defineOperation('v1RegistriesPackList', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const registries = await new Catalogue(tx).registries()
      const page = pageOfViews(
        registries.filter(({ spec }) => spec.type === 'pack').map((registry) => viewPackRegistry(registry)),
        query,
        0,
      )
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
