import { defineOperatorOperation } from '../../operation.ts'

export const atriumTenantsEnable = defineOperatorOperation(
  'atriumTenantsEnable',
  'tenant.manage',
  ({ params, operator }, context) => context.identity.tenantLife.enable(operator.actor, params.uid),
)
