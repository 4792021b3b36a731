import { defineOperation } from '../../operation.ts'
import { deleteProfile } from './delete-profile.ts'

export const v1ClusterProfilesDelete = defineOperation('v1ClusterProfilesDelete', {
  scope: 'object',
  permission: 'clusterProfile.delete',
  handler: ({ subject, params }, context) => context.admission.run(subject, (tx) => deleteProfile(tx, params.uid)),
})
