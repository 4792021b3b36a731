import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { scopeOf } from '../../shapes/meta.ts'
import { viewMetadata } from './views.ts'

/** All registries of every kind on one page: clients find them by name here, and never ask for a second page. */
export const v1RegistriesMetadata = defineOperation('v1RegistriesMetadata', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, query: { scope = 'all' } }, context) =>
    context.admission.run(subject, async (tx) => {
      const registries = await new Catalogue(tx).registries()
      return { items: registries.filter(({ meta }) => scope === 'all' || scopeOf(meta) === scope).map(viewMetadata) }
    }),
})
