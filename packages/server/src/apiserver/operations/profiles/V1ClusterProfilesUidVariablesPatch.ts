import { defineOperation } from '../../operation.ts'
import { lockProfile } from './load.ts'
import { parseVariables, saveVariables } from './variables.ts'

/** Replaces the variables named and adds new ones behind the others. */
export const V1ClusterProfilesUidVariablesPatch = defineOperation('V1ClusterProfilesUidVariablesPatch', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const given = parseVariables(body.variables, profile.spec.variables)
      const kept = profile.spec.variables.map((variable) => given.find((one) => one.name === variable.name) ?? variable)
      const variables = [...kept, ...given.filter((one) => !kept.some((variable) => variable.name === one.name))]
      await saveVariables(tx, profile, variables, context.random)
    }),
})
