import { defineOperation } from '../../operation.ts'

export const v1ProjectsUidDelete = defineOperation('v1ProjectsUidDelete', {
  scope: 'object',
  permission: 'project.delete',
  async handler({ subject, params }, context) {
    await context.admission.run(subject, (tx) => tx.delete('Project', params.uid))
  },
})
