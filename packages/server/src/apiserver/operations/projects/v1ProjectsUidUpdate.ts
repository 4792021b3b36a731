import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { lockProject } from './load.ts'

/** Replaces name, labels and annotations: a description that is not sent is gone. Alerts have operations of their own. */
export const v1ProjectsUidUpdate = defineOperation('v1ProjectsUidUpdate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const unknown = unknownOf('v1ProjectEntity', body)
    await context.admission.run(subject, async (tx) => {
      const { alerts } = (await lockProject(tx, params.uid)).spec
      const spec = { ...(alerts && { alerts }), ...(unknown && { unknown }) }
      await tx.update('Project', params.uid, { ...parseMeta(body.metadata), spec })
    })
  },
})
