import { defineOperation } from '../../operation.ts'
import { loadProfiles, lockCluster, saveCluster } from './load.ts'
import { changeProfiles, refusePostponed } from './profiles.ts'

/** Adds or replaces; profiles that are not mentioned stay attached. */
export const v1SpectroClustersPatchProfiles = defineOperation('v1SpectroClustersPatchProfiles', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      refusePostponed(body.spcApplySettings)
      const cluster = await lockCluster(tx, params.uid)
      const inputs = body.profiles ?? []
      const loaded = await loadProfiles(tx, cluster.spec.cloudType, inputs, 'profiles')
      const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
      await saveCluster(
        tx,
        cluster,
        { ...cluster.spec, profiles: changeProfiles(cluster.spec.profiles, changes, cluster.spec.import) },
        context,
      )
    }),
})
