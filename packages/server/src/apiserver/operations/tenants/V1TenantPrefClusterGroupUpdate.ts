import { defineSettingPut } from './setting.ts'

export const V1TenantPrefClusterGroupUpdate = defineSettingPut('V1TenantPrefClusterGroupUpdate', 'clusterGroup')
