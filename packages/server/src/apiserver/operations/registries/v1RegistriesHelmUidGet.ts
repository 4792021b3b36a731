import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getRegistry, shownSecrets, viewHelmRegistry } from './views.ts'

/** Answers for registries of every kind: one client asks here whatever the kind, and takes 404 for "no such pack". */
export const v1RegistriesHelmUidGet = defineOperation('v1RegistriesHelmUidGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await getRegistry(new Catalogue(tx), params.uid)
      return viewHelmRegistry(registry, await shownSecrets(tx, subject, registry))
    }),
})
