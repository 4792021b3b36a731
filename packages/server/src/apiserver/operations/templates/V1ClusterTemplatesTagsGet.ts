import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const V1ClusterTemplatesTagsGet = defineOperation('V1ClusterTemplatesTagsGet', {
  scope: 'project',
  permission: 'clusterTemplate.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, (tx) => tagsInUse(tx, 'ClusterTemplate', project)),
})
