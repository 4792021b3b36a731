import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewVariables } from './variables.ts'

export const v1SpectroClustersUidVariablesGet = defineOperation('v1SpectroClustersUidVariablesGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => (await getCluster(tx, params.uid)).spec.profiles.map(viewVariables)),
})
