import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'
import { viewPack } from './views.ts'

export const v1ClusterProfilesUidPacksGet = defineOperation('v1ClusterProfilesUidPacksGet', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await getProfile(tx, params.uid)
      return { items: spec.layers.map(viewPack) }
    }),
})
