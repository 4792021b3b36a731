import { defineOperation } from '../../operation.ts'
import { getWorkspace } from './load.ts'
import { viewWorkspace } from './views.ts'

export const v1WorkspacesUidGet = defineOperation('v1WorkspacesUidGet', {
  scope: 'object',
  permission: 'workspace.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewWorkspace(tx, await getWorkspace(tx, params.uid))),
})
