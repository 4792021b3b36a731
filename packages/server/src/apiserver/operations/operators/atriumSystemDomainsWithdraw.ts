import { defineOperatorOperation } from '../../operation.ts'

export const atriumSystemDomainsWithdraw = defineOperatorOperation(
  'atriumSystemDomainsWithdraw',
  'tenant.manage',
  ({ params, operator }, { domains }) => domains.withdraw(operator.actor, params.uid, params.domain),
)
