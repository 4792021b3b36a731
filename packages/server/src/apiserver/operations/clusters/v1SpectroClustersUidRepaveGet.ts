import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { viewRepave } from './views.ts'

/** Machines are replaced by their pool's strategy as soon as that is declared: nothing ever waits to be approved. */
export const v1SpectroClustersUidRepaveGet = defineOperation('v1SpectroClustersUidRepaveGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await getCluster(tx, params.uid)
      const { meta } = cluster
      return {
        metadata: { uid: meta.uid, name: meta.name },
        spec: { spectroClusterUid: meta.uid, reasons: [] },
        status: { ...viewRepave(cluster), message: 'Nothing waits to be approved.' },
      }
    }),
})
