import { defineOperation } from '../../operation.ts'
import { getAccount, viewAccount } from './views.ts'

export const v1CloudAccountsCustomGet = defineOperation('v1CloudAccountsCustomGet', {
  scope: 'object',
  permission: 'cloudaccount.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewAccount(await getAccount(tx, params.cloudType, params.uid))),
})
