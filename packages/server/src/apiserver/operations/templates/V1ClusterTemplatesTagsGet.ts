import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const V1ClusterTemplatesTagsGet = defineOperation('V1ClusterTemplatesTagsGet', {
  scope: 'self',
  permission: null,
  handler: ({ subject, project }, context) => tagsInUse(context, subject, 'ClusterTemplate', project),
})
