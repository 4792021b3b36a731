import { defineOperation } from '../../operation.ts'
import { lockProfile } from './load.ts'
import { publishProfile } from './publish.ts'

export const v1ClusterProfilesPublish = defineOperation('v1ClusterProfilesPublish', {
  scope: 'object',
  permission: 'clusterProfile.publish',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await publishProfile(tx, await lockProfile(tx, params.uid))
    }),
})
