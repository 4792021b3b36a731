import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewSshKey } from './ssh-keys.ts'

export const v1UsersAssetSshGetUid = defineOperation('v1UsersAssetSshGetUid', {
  scope: 'object',
  permission: 'sshKey.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewSshKey(await getOne(tx, 'SshKey', params.uid))),
})
