import { defineOperation } from '../../operation.ts'
import { importProfile } from './import-profile.ts'

export const v1ClusterProfilesImport = defineOperation('v1ClusterProfilesImport', {
  scope: 'project',
  permission: 'clusterProfile.create',
  handler: (request, context) => importProfile(request.body, request, context),
})
