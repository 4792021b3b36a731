import { defineOperation } from '../../operation.ts'
import { getWorkspace } from './load.ts'

export const v1WorkspacesUidDelete = defineOperation('v1WorkspacesUidDelete', {
  scope: 'object',
  permission: 'workspace.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getWorkspace(tx, params.uid)
      await tx.delete('Workspace', params.uid)
    }),
})
