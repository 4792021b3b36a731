import { lockOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'

/** Labels and annotations replace the former ones. */
export const V1ClusterTemplatesUidMetadataUpdate = defineOperation('V1ClusterTemplatesUidMetadataUpdate', {
  scope: 'object',
  permission: 'clusterTemplate.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await lockOne(tx, 'ClusterTemplate', params.uid)
      const { name, ...given } = parseMeta(body.metadata)
      await tx.update('ClusterTemplate', params.uid, { name: name || meta.name, ...given })
    }),
})
