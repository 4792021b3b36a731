import { defineOperation } from '../../operation.ts'
import { deleteRegistry } from './save.ts'

export const v1BasicOciRegistriesUidDelete = defineOperation('v1BasicOciRegistriesUidDelete', {
  scope: 'object',
  permission: 'packRegistry.delete',
  handler: ({ subject, params }, context) => deleteRegistry(context, subject, params.uid, 'basic'),
})
