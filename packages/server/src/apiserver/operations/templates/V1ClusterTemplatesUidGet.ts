import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewTemplate } from './views.ts'

export const V1ClusterTemplatesUidGet = defineOperation('V1ClusterTemplatesUidGet', {
  scope: 'object',
  permission: 'clusterTemplate.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewTemplate(tx, await getOne(tx, 'ClusterTemplate', params.uid))),
})
