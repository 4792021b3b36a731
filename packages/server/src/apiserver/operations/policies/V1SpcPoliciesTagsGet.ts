import { defineOperation } from '../../operation.ts'
import { tagsInUse } from '../../shapes/tags.ts'

export const V1SpcPoliciesTagsGet = defineOperation('V1SpcPoliciesTagsGet', {
  scope: 'project',
  permission: 'spcPolicy.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, (tx) => tagsInUse(tx, 'MaintenancePolicy', project)),
})
