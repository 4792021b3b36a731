import { defineOperatorOperation } from '../../operation.ts'

/** Begins to remove a tenant, or goes on with another choice for the clusters it still has. */
export const atriumTenantsDelete = defineOperatorOperation(
  'atriumTenantsDelete',
  'tenant.manage',
  ({ params, query, operator }, context) => {
    const clusters = query.clusters === 'delete' || query.clusters === 'unlink' ? query.clusters : undefined
    const choice = { ...(clusters && { clusters }), force: query.force === true }
    return context.identity.tenantLife.delete(operator.actor, params.uid, choice)
  },
)
