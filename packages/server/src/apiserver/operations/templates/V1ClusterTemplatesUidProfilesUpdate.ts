import { defineOperation } from '../../operation.ts'
import { changeTemplate } from './load.ts'
import { readProfiles } from './parse.ts'

export const V1ClusterTemplatesUidProfilesUpdate = defineOperation('V1ClusterTemplatesUidProfilesUpdate', {
  scope: 'object',
  permission: 'clusterTemplate.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, (tx) =>
      changeTemplate(tx, params.uid, async ({ spec }) => ({
        profiles: await readProfiles(tx, body.profiles, spec.cloudType, ''),
      })),
    ),
})
