import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'

/** Of whatever type: clients delete by this path alone. */
export const V1SpcPoliciesUidDelete = defineOperation('V1SpcPoliciesUidDelete', {
  scope: 'object',
  permission: 'spcPolicy.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getOne(tx, 'MaintenancePolicy', params.uid)
      await tx.delete('MaintenancePolicy', params.uid)
    }),
})
