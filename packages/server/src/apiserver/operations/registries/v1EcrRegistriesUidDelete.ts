import { defineOperation } from '../../operation.ts'
import { deleteRegistry } from './save.ts'

export const v1EcrRegistriesUidDelete = defineOperation('v1EcrRegistriesUidDelete', {
  scope: 'object',
  permission: 'packRegistry.delete',
  handler: ({ subject, params }, context) => deleteRegistry(context, subject, params.uid, 'ecr'),
})
