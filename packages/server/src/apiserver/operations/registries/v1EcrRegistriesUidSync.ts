import { defineOperation } from '../../operation.ts'
import { askForSync } from './sync.ts'

export const v1EcrRegistriesUidSync = defineOperation('v1EcrRegistriesUidSync', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, (tx) => askForSync(tx, params.uid, query.forceSync)),
})
