import { defineOperation } from '../../operation.ts'
import { changeWorkspace } from './load.ts'
import { parseBackup } from './parse.ts'

/** A workspace has one policy: the answer names the workspace. */
export const v1WorkspaceOpsBackupCreate = defineOperation('v1WorkspaceOpsBackupCreate', {
  scope: 'object',
  permission: 'workspace.update',
  async handler({ subject, params, body }, context) {
    const backup = parseBackup(body, '')
    await context.admission.run(subject, (tx) => changeWorkspace(tx, params.uid, ({ spec }) => ({ ...spec, backup })))
    return { uid: params.uid }
  },
})
