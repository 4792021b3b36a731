import { defineOperation } from '../../operation.ts'
import { deleteRegistry } from './save.ts'

export const v1RegistriesUidDelete = defineOperation('v1RegistriesUidDelete', {
  scope: 'object',
  permission: 'packRegistry.delete',
  handler: ({ subject, params }, context) => deleteRegistry(context, subject, params.uid, null),
})
