import { defineOperation } from '../../operation.ts'

/** Of whatever storage: clients delete all of them here. */
export const v1UsersAssetsLocationS3Delete = defineOperation('v1UsersAssetsLocationS3Delete', {
  scope: 'object',
  permission: 'location.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) => tx.delete('StorageLocation', params.uid)),
})
