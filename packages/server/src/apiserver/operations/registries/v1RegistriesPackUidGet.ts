import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getRegistry, shownSecrets, viewPackRegistry } from './views.ts'

export const v1RegistriesPackUidGet = defineOperation('v1RegistriesPackUidGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await getRegistry(new Catalogue(tx), params.uid)
      return viewPackRegistry(registry, await shownSecrets(tx, subject, registry))
    }),
})
