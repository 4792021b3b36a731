import { defineOperation } from '../../operation.ts'
import { getProfile, layerOf } from './load.ts'
import { viewManifest } from './views.ts'

export const v1ClusterProfilesUidPacksUidManifests = defineOperation('v1ClusterProfilesUidPacksUidManifests', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await getProfile(tx, params.uid)
      return { items: layerOf(profile, params.packName).manifests.map(viewManifest) }
    }),
})
