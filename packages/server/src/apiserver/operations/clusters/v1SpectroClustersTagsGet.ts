import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const v1SpectroClustersTagsGet = defineOperation('v1SpectroClustersTagsGet', {
  scope: 'self',
  permission: null,
  handler: ({ subject, project }, context) => tagsInUse(context, subject, 'Cluster', project),
})
