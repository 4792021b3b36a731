import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewMeta } from '../../shapes/meta.ts'

export const V1SpcPoliciesMaintenanceUidGet = defineOperation('V1SpcPoliciesMaintenanceUidGet', {
  scope: 'object',
  permission: 'spcPolicy.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getOne(tx, 'MaintenancePolicy', params.uid)
      return { metadata: viewMeta(meta), spec }
    }),
})
