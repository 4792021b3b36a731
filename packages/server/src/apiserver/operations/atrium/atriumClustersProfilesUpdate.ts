import type { AtriumClusterPlan } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { planCluster, readChange } from './plan-cluster.ts'

/** Attaches profiles as the public update does, and answers what that changes. Refused whole when a layer cannot be resolved. */
export const atriumClustersProfilesUpdate = defineOperation('atriumClustersProfilesUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    const { cluster, profiles, machines } = await context.admission.run(subject, (tx) =>
      readChange(tx, params.uid, body.profiles),
    )
    const after = { ...cluster.spec, profiles }
    const plan = await planCluster(context, cluster, after, machines)
    refuseProblems(plan)
    await context.admission.run(subject, async (tx) => {
      const current = await lockCluster(tx, params.uid)
      // The plan's own reads need further transactions, so it cannot be made under this lock.
      if (current.meta.generation !== cluster.meta.generation) {
        throw new AtriumError(
          'ResourceConflict',
          'The cluster was changed while this update was planned. Send it again.',
        )
      }
      await saveCluster(tx, current, after, context.random)
    })
    return plan
  },
})

function refuseProblems({ problems }: AtriumClusterPlan): void {
  const [first] = problems
  if (!first) return
  throw new AtriumError('PackVariablesUndefined', `profiles: layer '${first.layer}': ${first.message}`, {
    details: { problems },
  })
}
