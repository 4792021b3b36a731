import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster } from './load.ts'

/** Nothing waits for a word: what would be approved is under way, or is nobody's here. */
export const v1SpectroClustersUidRepaveApproveUpdate = defineOperation('v1SpectroClustersUidRepaveApproveUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await lockCluster(tx, params.uid)
      const why = spec.import
        ? 'it was imported, and nobody replaces its machines here'
        : 'machines are replaced as soon as that is declared. Look at its machines for how far they are'
      throw new AtriumError('InvalidState', `Cluster '${meta.name}' has nothing that waits to be approved: ${why}.`)
    }),
})
