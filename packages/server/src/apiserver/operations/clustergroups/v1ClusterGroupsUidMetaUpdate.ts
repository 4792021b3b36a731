import { lockOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'

export const v1ClusterGroupsUidMetaUpdate = defineOperation('v1ClusterGroupsUidMetaUpdate', {
  scope: 'object',
  permission: 'clusterGroup.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await lockOne(tx, 'ClusterGroup', params.uid)
      const { name, ...given } = parseMeta(body)
      await tx.update('ClusterGroup', params.uid, { name: name || meta.name, ...given })
    }),
})
