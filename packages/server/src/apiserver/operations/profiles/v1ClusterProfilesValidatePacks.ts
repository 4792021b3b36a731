import { defineOperation } from '../../operation.ts'
import { validatePacks } from './validate-packs.ts'

export const v1ClusterProfilesValidatePacks = defineOperation('v1ClusterProfilesValidatePacks', {
  scope: 'project',
  permission: 'clusterProfile.get',
  handler: ({ subject, body }, context) => context.admission.run(subject, (tx) => validatePacks(tx, context, body, [])),
})
