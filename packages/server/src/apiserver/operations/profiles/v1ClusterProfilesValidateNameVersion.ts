import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { parseVersion } from './load.ts'

export const v1ClusterProfilesValidateNameVersion = defineOperation('v1ClusterProfilesValidateNameVersion', {
  scope: 'project',
  permission: 'clusterProfile.get',
  handler: ({ subject, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const version = parseVersion(query.version, 'version')
      const { count } = await tx.listNames('ClusterProfile', {
        project,
        where: { name: query.name ?? '', version },
        limit: 1,
      })
      if (count === 0) return
      throw new AtriumError('DuplicateName', `Profile '${query.name}' has a version ${version} already.`, {
        details: { field: 'version' },
      })
    }),
})
