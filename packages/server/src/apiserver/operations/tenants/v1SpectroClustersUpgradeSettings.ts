import { forbidden } from '../../../admission/authorize.ts'
import { can } from '../../../auth/rights/subject.ts'
import { upgradeSettingsName } from '../../../auth/settings.ts'
import { defineOperation } from '../../operation.ts'

/** Whether agents are upgraded: of the project that the header names, or else of the tenant. */
export const v1SpectroClustersUpgradeSettings = defineOperation('v1SpectroClustersUpgradeSettings', {
  scope: 'project',
  permission: 'project.update',
  async handler({ subject, body, project }, context) {
    if (project === null && !can(subject, 'tenant.update', null)) throw forbidden('tenant.update')
    await context.identity.putSetting(subject, upgradeSettingsName, body, project)
  },
})
