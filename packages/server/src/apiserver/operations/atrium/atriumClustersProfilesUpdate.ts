import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { checkVersionChange } from '../clusters/version-change.ts'
import { mustBeUnchanged, planCluster, readChange, refuseProblems } from './plan-cluster.ts'

/** Attaches profiles as the public update does, and answers what that changes. Refused whole when a layer cannot be resolved. */
export const atriumClustersProfilesUpdate = defineOperation('atriumClustersProfilesUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    const { cluster, profiles, machines } = await context.admission.run(subject, (tx) =>
      readChange(tx, params.uid, body.profiles),
    )
    const after = { ...cluster.spec, profiles }
    checkVersionChange(cluster, after)
    const plan = await planCluster(context, cluster, after, machines)
    refuseProblems(plan)
    await context.admission.run(subject, async (tx) => {
      const current = await lockCluster(tx, params.uid)
      mustBeUnchanged(cluster, current)
      await saveCluster(tx, current, after, context)
    })
    return plan
  },
})
