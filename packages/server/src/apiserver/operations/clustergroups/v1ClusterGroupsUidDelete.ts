import { defineOperation } from '../../operation.ts'

export const v1ClusterGroupsUidDelete = defineOperation('v1ClusterGroupsUidDelete', {
  scope: 'object',
  permission: 'clusterGroup.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) => tx.delete('ClusterGroup', params.uid)),
})
