import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { lockProfile, parseVersion } from './load.ts'

/** Labels and annotations replace the former ones. */
export const v1ClusterProfilesUidMetadataUpdate = defineOperation('v1ClusterProfilesUidMetadataUpdate', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await lockProfile(tx, params.uid)
      const { name, labels, annotations } = parseMeta(body.metadata)
      const version = body.spec?.version
      await tx.update('ClusterProfile', params.uid, {
        name: name || meta.name,
        labels,
        annotations,
        ...(version && { spec: { ...spec, version: parseVersion(version, 'spec.version') } }),
      })
    }),
})
