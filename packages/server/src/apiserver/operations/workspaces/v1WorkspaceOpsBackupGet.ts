import { defineOperation } from '../../operation.ts'
import { getWorkspace } from './load.ts'
import { viewBackup } from './views.ts'

export const v1WorkspaceOpsBackupGet = defineOperation('v1WorkspaceOpsBackupGet', {
  scope: 'object',
  permission: 'workspace.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewBackup(await getWorkspace(tx, params.uid))),
})
