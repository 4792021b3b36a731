import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { parseSshKey } from './ssh-keys.ts'

export const v1UserAssetsSshCreate = defineOperation('v1UserAssetsSshCreate', {
  scope: 'project',
  permission: 'sshKey.create',
  async handler({ subject, body, project, unknownOf }, context) {
    const key = parseSshKey(body, unknownOf('v1UserAssetSshEntity', body))
    await mustFit(context, subject, 'sshkey')
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'SshKey', project, ...key })
      return { uid: meta.uid }
    })
  },
})
