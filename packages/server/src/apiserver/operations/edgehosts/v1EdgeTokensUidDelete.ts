import { defineOperation } from '../../operation.ts'

export const v1EdgeTokensUidDelete = defineOperation('v1EdgeTokensUidDelete', {
  scope: 'tenant',
  permission: 'edgeToken.delete',
  handler: ({ subject, params }, context) => context.admission.run(subject, (tx) => tx.delete('EdgeToken', params.uid)),
})
