import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'

export const v1ClusterGroupsUidDelete = defineOperation('v1ClusterGroupsUidDelete', {
  scope: 'object',
  permission: 'clusterGroup.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getOne(tx, 'ClusterGroup', params.uid)
      await tx.delete('ClusterGroup', params.uid)
    }),
})
