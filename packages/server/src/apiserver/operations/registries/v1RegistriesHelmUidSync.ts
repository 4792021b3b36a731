import { defineOperation } from '../../operation.ts'
import { askForSync } from './sync.ts'

export const v1RegistriesHelmUidSync = defineOperation('v1RegistriesHelmUidSync', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, (tx) => askForSync(tx, params.uid, query.forceSync)),
})
