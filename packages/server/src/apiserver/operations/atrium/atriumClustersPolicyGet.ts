import { defineOperation } from '../../operation.ts'
import { getCluster } from '../clusters/load.ts'

export const atriumClustersPolicyGet = defineOperation('atriumClustersPolicyGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => (await getCluster(tx, params.uid)).spec.policy),
})
