import { defineOperation } from '../../operation.ts'
import { nodesRemediation } from './nodes-remediation.ts'
import { mustBeOwnTenant } from './setting.ts'

export const v1TenantClusterSettingsGet = defineOperation('v1TenantClusterSettingsGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    return { nodesAutoRemediationSetting: await nodesRemediation(context, subject, null) }
  },
})
