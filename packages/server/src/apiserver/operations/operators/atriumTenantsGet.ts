import { defineOperatorOperation } from '../../operation.ts'

export const atriumTenantsGet = defineOperatorOperation(
  'atriumTenantsGet',
  'tenant.read',
  async ({ params }, context) => {
    const { deletion, ...tenant } = await context.identity.tenantLife.get(params.uid)
    return { ...tenant, ...(deletion && { deletion }) }
  },
)
