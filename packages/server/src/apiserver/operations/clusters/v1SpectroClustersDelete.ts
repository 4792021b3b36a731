import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { defineOperation } from '../../operation.ts'

const withForce = (spec: ClusterSpec): ClusterSpec => ({ ...spec, forceDelete: true })

/** Asked once more with `forceDelete`, a deletion that is stuck gives up on what cannot be removed. */
export const v1SpectroClustersDelete = defineOperation('v1SpectroClustersDelete', {
  scope: 'object',
  permission: 'cluster.delete',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, (tx) => tx.delete('Cluster', params.uid, query.forceDelete ? withForce : undefined)),
})
