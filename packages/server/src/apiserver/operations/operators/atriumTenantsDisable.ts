import { defineOperatorOperation } from '../../operation.ts'

/** Closes a tenant for everybody; its clusters run on. */
export const atriumTenantsDisable = defineOperatorOperation(
  'atriumTenantsDisable',
  'tenant.manage',
  ({ params, operator }, context) => context.identity.tenantLife.disable(operator.actor, params.uid),
)
