import { defineOperation } from '../../operation.ts'
import { viewSamlKeys } from './saml-keys.ts'
import { mustBeOwnTenant } from './setting.ts'
import { readSsoConfig } from './sso-config.ts'

export const atriumTenantsSamlKeysList = defineOperation('atriumTenantsSamlKeysList', {
  scope: 'tenant',
  permission: 'tenant.get',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    return viewSamlKeys((await readSsoConfig(context, subject, 'saml'))?.spec, context.clock)
  },
})
