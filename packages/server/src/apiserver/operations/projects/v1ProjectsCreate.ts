import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'

export const v1ProjectsCreate = defineOperation('v1ProjectsCreate', {
  scope: 'tenant',
  permission: 'project.create',
  async handler({ subject, body, unknownOf }, context) {
    await mustFit(context, subject, 'project')
    const unknown = unknownOf('v1ProjectEntity', body)
    const spec = unknown ? { unknown } : {}
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'Project', project: null, ...parseMeta(body.metadata), spec })
      return { uid: meta.uid }
    })
  },
})
