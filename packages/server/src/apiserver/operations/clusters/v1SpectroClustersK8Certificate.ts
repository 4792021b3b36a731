import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Certificates of the control plane, by each of its machines; none where the cloud does not tell of them. */
export const v1SpectroClustersK8Certificate = defineOperation('v1SpectroClustersK8Certificate', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, status } = await getCluster(tx, params.uid)
      const [authority, ...issued] = (status.certificates?.list ?? []).map(({ name, expiresAt }) => ({
        ...{ name, expiry: expiresAt },
      }))
      if (!authority) return { machineCertificates: [] }
      const { items } = await tx.list('Machine', { where: { clusterUid: meta.uid }, limit: 0 })
      const certificateAuthorities = [{ ...authority, certificates: issued }]
      const names = items.filter(({ spec }) => spec.isControlPlane).map((machine) => machine.meta.name)
      return { machineCertificates: names.sort().map((name) => ({ name, certificateAuthorities })) }
    }),
})
