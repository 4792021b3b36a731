import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewGroup } from './views.ts'

export const v1ClusterGroupsUidGet = defineOperation('v1ClusterGroupsUidGet', {
  scope: 'object',
  permission: 'clusterGroup.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewGroup(tx, await getOne(tx, 'ClusterGroup', params.uid))),
})
