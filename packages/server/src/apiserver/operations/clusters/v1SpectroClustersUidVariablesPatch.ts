import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from './load.ts'
import { updateVariables } from './variables.ts'

export const v1SpectroClustersUidVariablesPatch = defineOperation('v1SpectroClustersUidVariablesPatch', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      const profiles = updateVariables(cluster.spec.profiles, body ?? [])
      await saveCluster(tx, cluster, { ...cluster.spec, profiles })
    }),
})
