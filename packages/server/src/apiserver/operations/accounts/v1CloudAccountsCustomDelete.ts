import { defineOperation } from '../../operation.ts'
import { getAccount } from './views.ts'

export const v1CloudAccountsCustomDelete = defineOperation('v1CloudAccountsCustomDelete', {
  scope: 'object',
  permission: 'cloudaccount.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      await getAccount(tx, params.cloudType, params.uid)
      await tx.delete('CloudAccount', params.uid)
    }),
})
