import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { mustFetchLayers } from './fetch-layers.ts'
import { addProfile } from './new-profile.ts'

export const v1ClusterProfilesCreate = defineOperation('v1ClusterProfilesCreate', {
  scope: 'project',
  permission: 'clusterProfile.create',
  async handler(request, context) {
    const { subject, body } = request
    await mustFit(context, subject, 'clusterprofile')
    await mustFetchLayers(context, subject, body.spec?.template?.packs)
    return context.admission.run(subject, async (tx) => ({ uid: await addProfile(tx, body, request, context.random) }))
  },
})
