import { defineSettingGet } from './setting.ts'

export const V1TenantPrefClusterGroupGet = defineSettingGet('V1TenantPrefClusterGroupGet', 'clusterGroup', {
  hideSystemClusterGroups: false,
  isClusterGroupEnabled: false,
})
