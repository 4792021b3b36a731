import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Clients know by the code, not by 404, that no policy was ever set. */
export const v1ClusterFeatureBackupGet = defineOperation('v1ClusterFeatureBackupGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getCluster(tx, params.uid)
      if (!spec.backup) throw new AtriumError('BackupNotConfigured', `Cluster '${meta.name}' has no backup policy.`)
      return {
        metadata: { uid: spec.backup.uid, name: meta.name },
        // Clients take the schedule for granted.
        spec: { clusterUid: meta.uid, config: { schedule: {}, ...spec.backup.config } },
        status: { clusterBackupStatuses: [] },
      }
    }),
})
