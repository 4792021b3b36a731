import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const V1SpcPoliciesTagsGet = defineOperation('V1SpcPoliciesTagsGet', {
  scope: 'self',
  permission: null,
  handler: ({ subject, project }, context) => tagsInUse(context, subject, 'MaintenancePolicy', project),
})
