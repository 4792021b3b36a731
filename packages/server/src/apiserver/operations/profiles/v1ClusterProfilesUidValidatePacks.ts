import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'
import { validatePacks } from './validate-packs.ts'

export const v1ClusterProfilesUidValidatePacks = defineOperation('v1ClusterProfilesUidValidatePacks', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await getProfile(tx, params.uid)
      const template = { ...body, cloudType: body.cloudType || spec.cloudType, type: body.type ?? spec.type }
      return validatePacks(tx, context, template, spec.layers)
    }),
})
