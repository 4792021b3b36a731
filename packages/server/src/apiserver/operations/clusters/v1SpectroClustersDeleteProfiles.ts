import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from './load.ts'
import { removeProfiles } from './profiles.ts'

export const v1SpectroClustersDeleteProfiles = defineOperation('v1SpectroClustersDeleteProfiles', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      const profiles = removeProfiles(cluster.spec.profiles, body.profileUids ?? [], cluster.spec.import)
      await saveCluster(tx, cluster, { ...cluster.spec, profiles }, context)
    }),
})
