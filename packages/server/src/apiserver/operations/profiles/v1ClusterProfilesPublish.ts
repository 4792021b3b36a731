import { defineOperation } from '../../operation.ts'
import { checkComplete } from './checks.ts'
import { lockProfile } from './load.ts'

export const v1ClusterProfilesPublish = defineOperation('v1ClusterProfilesPublish', {
  scope: 'object',
  permission: 'clusterProfile.publish',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await lockProfile(tx, params.uid)
      checkComplete(spec)
      if (!spec.published) await tx.update('ClusterProfile', params.uid, { spec: { ...spec, published: true } })
    }),
})
