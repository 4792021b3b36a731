import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'

export const v1ProjectsCreate = defineOperation('v1ProjectsCreate', {
  scope: 'tenant',
  permission: 'project.create',
  handler: ({ subject, body, unknownOf }, context) =>
    context.admission.run(subject, async (tx) => {
      const unknown = unknownOf('v1ProjectEntity', body)
      const { meta } = await tx.create({
        kind: 'Project',
        project: null,
        ...parseMeta(body.metadata),
        spec: unknown ? { unknown } : {},
      })
      return { uid: meta.uid }
    }),
})
