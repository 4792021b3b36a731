import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { getProfile, usersOf } from './load.ts'

/** Refused while clusters use it. */
export const v1ClusterProfilesDelete = defineOperation('v1ClusterProfilesDelete', {
  scope: 'object',
  permission: 'clusterProfile.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getProfile(tx, params.uid)
      const usedBy = await usersOf(tx, params.uid)
      if (usedBy.length > 0) {
        const names = usedBy.map(({ name }) => name).join(', ')
        throw new AtriumError(
          'ResourceInUse',
          `Profile '${meta.name}' ${spec.version} is used by ${names}. Give these clusters another profile, or delete them first.`,
          { details: { usedBy } },
        )
      }
      await tx.delete('ClusterProfile', params.uid)
    }),
})
