import { defineSettingPut } from './setting.ts'

export const v1TenantClusterRbacSettingsUpdate = defineSettingPut(
  'v1TenantClusterRbacSettingsUpdate',
  'clusterRbacSettings',
)
