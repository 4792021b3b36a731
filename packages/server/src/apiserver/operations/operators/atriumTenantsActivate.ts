import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from '../passwords/view-link.ts'

/** A new link for the administrator of a tenant that is pending; the former one is void. */
export const atriumTenantsActivate = defineOperatorOperation(
  'atriumTenantsActivate',
  'tenant.manage',
  async ({ params, operator }, context) =>
    viewLink(context, await context.identity.tenantLife.invite(operator.actor, params.uid)),
)
