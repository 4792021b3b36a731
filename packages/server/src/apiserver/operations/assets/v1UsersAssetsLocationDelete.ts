import { defineOperation } from '../../operation.ts'

export const v1UsersAssetsLocationDelete = defineOperation('v1UsersAssetsLocationDelete', {
  scope: 'object',
  permission: 'location.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) => tx.delete('StorageLocation', params.uid)),
})
