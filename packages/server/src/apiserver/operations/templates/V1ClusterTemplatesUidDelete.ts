import { defineOperation } from '../../operation.ts'

/** Clusters that were made of it hold it. */
export const V1ClusterTemplatesUidDelete = defineOperation('V1ClusterTemplatesUidDelete', {
  scope: 'object',
  permission: 'clusterTemplate.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) => tx.delete('ClusterTemplate', params.uid)),
})
