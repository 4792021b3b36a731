import { defineOperation } from '../../operation.ts'

export const v1UsersAssetSshDelete = defineOperation('v1UsersAssetSshDelete', {
  scope: 'object',
  permission: 'sshKey.delete',
  handler: ({ subject, params }, context) => context.admission.run(subject, (tx) => tx.delete('SshKey', params.uid)),
})
