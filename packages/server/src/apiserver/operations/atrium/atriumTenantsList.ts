import { defineOperatorOperation } from '../../operation.ts'

export const atriumTenantsList = defineOperatorOperation('atriumTenantsList', async (_request, context) => ({
  items: await context.identity.listTenants(),
}))
