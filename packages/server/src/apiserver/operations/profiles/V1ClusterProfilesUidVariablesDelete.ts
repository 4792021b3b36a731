import { defineOperation } from '../../operation.ts'
import { checkVariablesDefined } from './checks.ts'
import { lockProfile } from './load.ts'

/** Refused for variables that a layer uses. */
export const V1ClusterProfilesUidVariablesDelete = defineOperation('V1ClusterProfilesUidVariablesDelete', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await lockProfile(tx, params.uid)
      const variables = spec.variables.filter(({ name }) => !(body.variables ?? []).includes(name))
      checkVariablesDefined(spec.layers, variables)
      await tx.update('ClusterProfile', params.uid, { spec: { ...spec, variables } })
    }),
})
