import { defineOperation } from '../../operation.ts'
import { fetchLayers } from './fetch-layers.ts'
import { validatePacks } from './validate-packs.ts'

export const v1ClusterProfilesValidatePacks = defineOperation('v1ClusterProfilesValidatePacks', {
  scope: 'project',
  permission: 'clusterProfile.get',
  async handler({ subject, body }, context) {
    const unavailable = await fetchLayers(context, subject, body.packs)
    return context.admission.run(subject, (tx) => validatePacks(tx, context, body, [], unavailable))
  },
})
