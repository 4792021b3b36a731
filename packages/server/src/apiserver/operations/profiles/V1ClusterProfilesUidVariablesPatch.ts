import { defineOperation } from '../../operation.ts'
import { checkVariableDefinitionsOf } from './checks.ts'
import { lockProfile, parseVariables } from './load.ts'

/** Replaces the variables named and adds new ones behind the others. */
export const V1ClusterProfilesUidVariablesPatch = defineOperation('V1ClusterProfilesUidVariablesPatch', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await lockProfile(tx, params.uid)
      const given = parseVariables(body.variables, spec.variables)
      const kept = spec.variables.map((variable) => given.find((one) => one.name === variable.name) ?? variable)
      const variables = [...kept, ...given.filter((one) => !kept.some((variable) => variable.name === one.name))]
      checkVariableDefinitionsOf(variables)
      await tx.update('ClusterProfile', params.uid, { spec: { ...spec, variables } })
    }),
})
