import { defineOperation } from '../../operation.ts'

/** Of whatever type: clients delete by this path alone. */
export const V1SpcPoliciesUidDelete = defineOperation('V1SpcPoliciesUidDelete', {
  scope: 'object',
  permission: 'spcPolicy.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) => tx.delete('MaintenancePolicy', params.uid)),
})
