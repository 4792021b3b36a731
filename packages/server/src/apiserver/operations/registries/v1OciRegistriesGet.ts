import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getRegistry, notFound, viewOci } from './views.ts'

/** An OCI registry of either form, for whoever does not know which it is; secrets are masked. */
export const v1OciRegistriesGet = defineOperation('v1OciRegistriesGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await getRegistry(new Catalogue(tx), params.uid)
      if (registry.spec.type !== 'oci') throw notFound(params.uid)
      return viewOci(registry)
    }),
})
