import { defineOperation } from '../../operation.ts'
import { validateClusterPacks } from './validate-packs.ts'

/** Of a cluster that does not exist yet: its machines are not known. */
export const v1SpectroClustersValidatePacks = defineOperation('v1SpectroClustersValidatePacks', {
  scope: 'project',
  permission: 'cluster.create',
  handler: ({ subject, body }, context) =>
    context.admission.run(subject, (tx) => validateClusterPacks(tx, context, body, null)),
})
