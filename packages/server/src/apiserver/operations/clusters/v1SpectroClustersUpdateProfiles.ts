import { defineOperation } from '../../operation.ts'
import { loadProfiles, lockCluster, saveCluster } from './load.ts'
import { changeProfiles, refusePostponed } from './profiles.ts'

/** The list is complete: what it does not name is detached. Variable values already given are kept. */
export const v1SpectroClustersUpdateProfiles = defineOperation('v1SpectroClustersUpdateProfiles', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      refusePostponed(body.spcApplySettings)
      const cluster = await lockCluster(tx, params.uid)
      const inputs = body.profiles ?? []
      const loaded = await loadProfiles(tx, cluster.spec.cloudType, inputs, 'profiles')
      const named = new Set(loaded.flatMap(({ uid, name }, index) => [uid, name, inputs[index]?.replaceWithProfile]))
      const kept = cluster.spec.profiles.filter((profile) => named.has(profile.uid) || named.has(profile.name))
      const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
      const profiles = changeProfiles(kept, changes, cluster.spec.import)
      await saveCluster(tx, cluster, { ...cluster.spec, profiles }, context)
    }),
})
