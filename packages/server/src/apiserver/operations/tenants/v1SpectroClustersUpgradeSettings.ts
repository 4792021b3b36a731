import { defineOperation } from '../../operation.ts'

export const v1SpectroClustersUpgradeSettings = defineOperation('v1SpectroClustersUpgradeSettings', {
  scope: 'tenant',
  permission: 'tenant.update',
  handler: ({ subject, body }, context) => context.identity.putSetting(subject, 'upgradeSettings', body),
})
