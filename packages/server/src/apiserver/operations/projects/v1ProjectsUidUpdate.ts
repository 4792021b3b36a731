import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'

/** Replaces name, labels and annotations: a description that is not sent is gone. */
export const v1ProjectsUidUpdate = defineOperation('v1ProjectsUidUpdate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const unknown = unknownOf('v1ProjectEntity', body)
    await context.admission.run(subject, (tx) =>
      tx.update('Project', params.uid, { ...parseMeta(body.metadata), spec: unknown ? { unknown } : {} }),
    )
  },
})
