import { mustHold } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { lockProfile } from './load.ts'
import { publishProfile } from './publish.ts'

export const v1ClusterProfilesPublish = defineOperation('v1ClusterProfilesPublish', {
  scope: 'object',
  permission: 'clusterProfile.publish',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      mustHold(subject, 'clusterProfile.publish', profile.meta)
      await publishProfile(tx, profile)
    }),
})
