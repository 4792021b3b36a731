import { clusterMarks, readSealed } from '../../../content/sealed-variables.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from './load.ts'
import { updateVariables } from './variables.ts'

export const v1SpectroClustersUidVariablesPatch = defineOperation('v1SpectroClustersUidVariablesPatch', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      const before = cluster.spec.profiles
      const values = await readSealed(tx, [{ kind: 'Cluster', uid: params.uid }], clusterMarks(before))
      const profiles = updateVariables(before, body ?? [], values)
      await saveCluster(tx, cluster, { ...cluster.spec, profiles }, context)
    }),
})
