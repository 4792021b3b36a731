import type { v1ClusterProfileImportEntity } from '@atrium/api/generated/operations.d.ts'
import { defineOperation } from '../../operation.ts'
import { readImportFile } from './import-file.ts'
import { importProfile } from './import-profile.ts'

/** The file tells itself whether it is JSON or YAML. */
export const v1ClusterProfilesImportFile = defineOperation('v1ClusterProfilesImportFile', {
  scope: 'project',
  permission: 'clusterProfile.create',
  async handler(request, context) {
    const data = await readImportFile(request.body, request.header('content-type'))
    const file = request.checked<v1ClusterProfileImportEntity>('v1ClusterProfileImportEntity', data)
    return importProfile(file, request, context)
  },
})
