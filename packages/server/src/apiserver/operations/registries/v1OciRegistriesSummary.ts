import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { viewOciRegistry } from './views.ts'

export const v1OciRegistriesSummary = defineOperation('v1OciRegistriesSummary', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject }, context) =>
    context.admission.run(subject, async (tx) => {
      const registries = await new Catalogue(tx).registries()
      return { items: registries.filter(({ spec }) => spec.type === 'oci').map(viewOciRegistry) }
    }),
})
