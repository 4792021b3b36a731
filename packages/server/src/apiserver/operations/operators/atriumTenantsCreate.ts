import { Secret } from '@atrium/runtime/base/secret.ts'
import { createTenant } from '../../../auth/tenants/create-tenant.ts'
import { defineOperatorOperation } from '../../operation.ts'

/** A tenant with its first project, administrator and API key; both secrets are shown once. */
export const atriumTenantsCreate = defineOperatorOperation(
  'atriumTenantsCreate',
  'tenant.manage',
  async ({ body, operator }, context) => {
    const adminPassword = body.adminPassword === undefined ? undefined : new Secret(body.adminPassword)
    const made = await createTenant(context, { ...body, adminPassword }, operator.actor)
    return { ...made, adminPassword: made.adminPassword.reveal(), apiKey: made.apiKey.reveal() }
  },
)
