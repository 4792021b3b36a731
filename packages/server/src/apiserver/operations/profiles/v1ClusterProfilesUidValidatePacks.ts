import { defineOperation } from '../../operation.ts'
import { fetchLayers } from './fetch-layers.ts'
import { getProfile } from './load.ts'
import { validatePacks } from './validate-packs.ts'

/** Without packs: of those the profile has. */
export const v1ClusterProfilesUidValidatePacks = defineOperation('v1ClusterProfilesUidValidatePacks', {
  scope: 'object',
  permission: 'clusterProfile.get',
  async handler({ subject, params, body }, context) {
    const unavailable = await fetchLayers(context, subject, body.packs)
    return context.admission.run(subject, async (tx) => {
      const { spec } = await getProfile(tx, params.uid)
      const template = {
        cloudType: body.cloudType || spec.cloudType,
        type: body.type ?? spec.type,
        packs: body.packs ?? spec.layers.map(({ packUid, ...layer }) => ({ ...layer, uid: packUid })),
      }
      return validatePacks(tx, context, template, spec.layers, unavailable)
    })
  },
})
