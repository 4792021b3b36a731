import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { viewSshKey } from './ssh-keys.ts'

export const v1UsersAssetSshGetUid = defineOperation('v1UsersAssetSshGetUid', {
  scope: 'object',
  permission: 'sshKey.get',
  async handler({ subject, params }, context) {
    const key = await context.admission.run(subject, (tx) => tx.get('SshKey', params.uid))
    if (!key) throw notFound('SshKey', params.uid)
    return viewSshKey(key)
  },
})
