import { defineOperation } from '../../operation.ts'
import { readKubeconfig } from './kubeconfig.ts'

export const v1SpectroClustersUidAdminKubeConfig = defineOperation('v1SpectroClustersUidAdminKubeConfig', {
  scope: 'object',
  permission: 'cluster.update',
  handler: ({ subject, params }, context) => context.admission.run(subject, (tx) => readKubeconfig(tx, params.uid)),
})
