import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getRegistry } from './views.ts'

/** Asks for a run of the sync at once; its result is in the sync status. */
export const v1RegistriesPackUidSync = defineOperation('v1RegistriesPackUidSync', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await getRegistry(new Catalogue(tx), params.uid)
      if (registry.meta.tenant !== subject.tenant) {
        throw new AtriumError(
          'Forbidden',
          `Registry '${registry.meta.name}' is shared by the installation, which synchronises it by itself.`,
        )
      }
      await tx.enqueue('Registry', params.uid)
    }),
})
