import { defineSettingPut } from './setting.ts'

export const V1TenantDeveloperCreditUpdate = defineSettingPut('V1TenantDeveloperCreditUpdate', 'developerCredit')
