import { defineOperation } from '../../operation.ts'
import { parseSshKey } from './ssh-keys.ts'

export const v1UsersAssetSshUpdate = defineOperation('v1UsersAssetSshUpdate', {
  scope: 'object',
  permission: 'sshKey.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const key = parseSshKey(body, unknownOf('v1UserAssetSsh', body))
    await context.admission.run(subject, (tx) => tx.update('SshKey', params.uid, key))
  },
})
