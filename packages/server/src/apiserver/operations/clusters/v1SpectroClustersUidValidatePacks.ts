import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'
import { validateClusterPacks } from './validate-packs.ts'

/** Beside the profiles that are attached, on the machines there are. */
export const v1SpectroClustersUidValidatePacks = defineOperation('v1SpectroClustersUidValidatePacks', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await getCluster(tx, params.uid)
      return validateClusterPacks(tx, context, body, spec)
    }),
})
