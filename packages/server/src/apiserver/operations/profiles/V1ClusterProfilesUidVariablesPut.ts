import { defineOperation } from '../../operation.ts'
import { lockProfile } from './load.ts'
import { parseVariables, saveVariables } from './variables.ts'

/** Replaces all variables, in the order given. */
export const V1ClusterProfilesUidVariablesPut = defineOperation('V1ClusterProfilesUidVariablesPut', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const variables = parseVariables(body.variables, profile.spec.variables)
      await saveVariables(tx, profile, variables, context.random)
    }),
})
