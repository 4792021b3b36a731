import { defineSettingGet } from './setting.ts'

export const V1TenantDeveloperCreditGet = defineSettingGet('V1TenantDeveloperCreditGet', 'developerCredit', {
  cpu: 0,
  memoryGiB: 0,
  storageGiB: 0,
  virtualClustersLimit: 0,
})
