import { inviteTenant } from '../../../auth/tenants/create-tenant.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from '../passwords/view-link.ts'

/** A tenant that opens when its administrator sets a password by the link, which is shown once. */
export const atriumTenantsInvite = defineOperatorOperation(
  'atriumTenantsInvite',
  'tenant.manage',
  async ({ body, operator }, context) => {
    const { link, ...made } = await inviteTenant(context, body, operator.actor)
    return { ...made, activation: viewLink(context, link) }
  },
)
