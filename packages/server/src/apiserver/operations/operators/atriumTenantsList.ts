import { defineOperatorOperation } from '../../operation.ts'

export const atriumTenantsList = defineOperatorOperation(
  'atriumTenantsList',
  'tenant.read',
  async (_request, context) => ({ items: await context.identity.listTenants() }),
)
