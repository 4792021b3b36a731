import type { v1SpectroClusterRepaveValidationResponse } from '@atrium/api/generated/operations.d.ts'
import { kubernetesVersionOf } from '../../../content/resolve.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster, loadProfiles } from './load.ts'
import { changeProfiles } from './profiles.ts'

/** Machines are replaced when the version of the Kubernetes layer changes, and for nothing else that a profile holds. */
export const v1SpectroClustersUidValidateRepave = defineOperation('v1SpectroClustersUidValidateRepave', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx): Promise<v1SpectroClusterRepaveValidationResponse> => {
      const { spec } = await getCluster(tx, params.uid)
      const inputs = body.profiles ?? []
      const loaded = await loadProfiles(tx, spec.cloudType, inputs, 'profiles')
      const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
      const from = kubernetesVersionOf(spec.profiles)
      const to = kubernetesVersionOf(changeProfiles(spec.profiles, changes, spec.import))
      if (from === to) return { isRepaveRequired: false, reasons: [] }
      const message = `Kubernetes ${from} becomes ${to}: every machine is replaced.`
      return { isRepaveRequired: true, reasons: [{ code: 'KubernetesVersionChanged', message }] }
    }),
})
