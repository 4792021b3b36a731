import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getRegistry, viewSync } from './views.ts'

export const v1EcrRegistriesUidSyncStatus = defineOperation('v1EcrRegistriesUidSyncStatus', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewSync(await getRegistry(new Catalogue(tx), params.uid))),
})
