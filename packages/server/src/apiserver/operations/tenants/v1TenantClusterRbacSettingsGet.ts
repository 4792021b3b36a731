import { defineSettingGet } from './setting.ts'

export const v1TenantClusterRbacSettingsGet = defineSettingGet(
  'v1TenantClusterRbacSettingsGet',
  'clusterRbacSettings',
  { automaticClusterRoleBinding: 'disabled' },
)
