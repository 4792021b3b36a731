import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const v1SpectroClustersTagsGet = defineOperation('v1SpectroClustersTagsGet', {
  scope: 'project',
  permission: 'cluster.list',
  handler: ({ subject, project }, context) => context.admission.run(subject, (tx) => tagsInUse(tx, 'Cluster', project)),
})
