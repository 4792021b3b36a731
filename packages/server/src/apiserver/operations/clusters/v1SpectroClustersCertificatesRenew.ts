import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster, saveCluster } from './load.ts'

/** The cloud makes new certificates for the control plane, as far as it can; its authority stays. */
export const v1SpectroClustersCertificatesRenew = defineOperation('v1SpectroClustersCertificatesRenew', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      const { meta, spec, status } = cluster
      if (!status.certificates) {
        const why = spec.import
          ? 'it was imported, and its control plane is not ours'
          : 'its cloud does not tell of them, or its control plane is not there yet'
        throw new AtriumError('InvalidState', `Certificates of cluster '${meta.name}' cannot be renewed: ${why}.`)
      }
      await saveCluster(tx, cluster, { ...spec, certificatesSince: isoNow(context.clock) }, context)
    }),
})
