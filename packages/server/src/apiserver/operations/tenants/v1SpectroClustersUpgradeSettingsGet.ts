import { defineOperation } from '../../operation.ts'

export const v1SpectroClustersUpgradeSettingsGet = defineOperation('v1SpectroClustersUpgradeSettingsGet', {
  scope: 'self',
  permission: null,
  async handler({ subject }, context) {
    const stored = await context.identity.setting(subject.tenant, 'upgradeSettings')
    return { spectroComponents: 'unlock' as const, ...stored }
  },
})
