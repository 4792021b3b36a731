import { defineOperation } from '../../operation.ts'
import { deleteRegistry } from './save.ts'

export const v1RegistriesPackUidDelete = defineOperation('v1RegistriesPackUidDelete', {
  scope: 'object',
  permission: 'packRegistry.delete',
  handler: ({ subject, params }, context) => deleteRegistry(context, subject, params.uid, 'pack'),
})
