import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'
import { viewVariable } from './views.ts'

export const V1ClusterProfilesUidVariablesGet = defineOperation('V1ClusterProfilesUidVariablesGet', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await getProfile(tx, params.uid)
      return { variables: spec.variables.map(viewVariable) }
    }),
})
