import { defineOperation } from '../../operation.ts'
import { deleteRegistry } from './save.ts'

export const v1RegistriesHelmUidDelete = defineOperation('v1RegistriesHelmUidDelete', {
  scope: 'object',
  permission: 'packRegistry.delete',
  handler: ({ subject, params }, context) => deleteRegistry(context, subject, params.uid, 'helm'),
})
