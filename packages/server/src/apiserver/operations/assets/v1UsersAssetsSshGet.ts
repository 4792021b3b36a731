import { defineOperation } from '../../operation.ts'
import { listedFrom, pageOfViews } from '../../shapes/lists.ts'
import { viewSshKey } from './ssh-keys.ts'

/** All of them: the list has no pages. */
export const v1UsersAssetsSshGet = defineOperation('v1UsersAssetsSshGet', {
  scope: 'project',
  permission: 'sshKey.list',
  async handler({ subject, query, project }, context) {
    const scope = { project: listedFrom(project), limit: 0 }
    const { items } = await context.admission.run(subject, (tx) => tx.list('SshKey', scope))
    return { items: pageOfViews(items.map(viewSshKey), query, 0).items }
  },
})
