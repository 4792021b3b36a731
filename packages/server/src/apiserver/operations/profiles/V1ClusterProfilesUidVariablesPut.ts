import { defineOperation } from '../../operation.ts'
import { checkVariableDefinitionsOf } from './checks.ts'
import { lockProfile, parseVariables } from './load.ts'

/** Replaces all variables, in the order given. */
export const V1ClusterProfilesUidVariablesPut = defineOperation('V1ClusterProfilesUidVariablesPut', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await lockProfile(tx, params.uid)
      const variables = parseVariables(body.variables, spec.variables)
      checkVariableDefinitionsOf(variables)
      await tx.update('ClusterProfile', params.uid, { spec: { ...spec, variables } })
    }),
})
