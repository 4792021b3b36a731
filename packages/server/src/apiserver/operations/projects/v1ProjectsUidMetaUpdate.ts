import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'

export const v1ProjectsUidMetaUpdate = defineOperation('v1ProjectsUidMetaUpdate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params, body }, context) {
    await context.admission.run(subject, (tx) => tx.update('Project', params.uid, parseMeta(body)))
  },
})
