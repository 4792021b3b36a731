import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'

export const v1WorkspacesValidateName = defineOperation('v1WorkspacesValidateName', {
  scope: 'project',
  permission: 'workspace.list',
  handler: ({ subject, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { count } = await tx.listBrief('Workspace', { project, where: { name: query.name ?? '' }, limit: 1 })
      if (count === 0) return
      throw new AtriumError(
        'DuplicateName',
        `name: a workspace named '${query.name}' exists here. Choose another name.`,
        {
          details: { field: 'name' },
        },
      )
    }),
})
