import { defineOperation } from '../../operation.ts'
import { changeWorkspace } from './load.ts'
import { parseBackup } from './parse.ts'

export const v1WorkspaceOpsBackupUpdate = defineOperation('v1WorkspaceOpsBackupUpdate', {
  scope: 'object',
  permission: 'workspace.update',
  handler({ subject, params, body }, context) {
    const backup = parseBackup(body, '')
    return context.admission.run(subject, (tx) => changeWorkspace(tx, params.uid, ({ spec }) => ({ ...spec, backup })))
  },
})
