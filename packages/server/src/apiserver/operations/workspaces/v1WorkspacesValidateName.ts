import { nameMustBeFree } from '../../load.ts'
import { defineOperation } from '../../operation.ts'

export const v1WorkspacesValidateName = defineOperation('v1WorkspacesValidateName', {
  scope: 'project',
  permission: 'workspace.list',
  handler: ({ subject, query: { name }, project }, context) =>
    context.admission.run(subject, (tx) => nameMustBeFree(tx, 'Workspace', { project, name, word: 'workspace' })),
})
