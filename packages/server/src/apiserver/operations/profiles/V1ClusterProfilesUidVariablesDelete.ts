import { defineOperation } from '../../operation.ts'
import { checkVariablesDefined } from './checks.ts'
import { lockProfile } from './load.ts'
import { saveVariables } from './variables.ts'

/** Refused for variables that a layer uses. */
export const V1ClusterProfilesUidVariablesDelete = defineOperation('V1ClusterProfilesUidVariablesDelete', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const variables = profile.spec.variables.filter(({ name }) => !(body.variables ?? []).includes(name))
      checkVariablesDefined(profile.spec.layers, variables)
      await saveVariables(tx, profile, variables, context.random)
    }),
})
