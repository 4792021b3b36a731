import { defineSettingGet } from './setting.ts'

export const v1TenantFipsSettingsGet = defineSettingGet('v1TenantFipsSettingsGet', 'fips', {
  fipsClusterFeatureConfig: { mode: 'nonFipsEnabled' },
  fipsClusterImportConfig: { mode: 'nonFipsEnabled' },
  fipsPackConfig: { mode: 'nonFipsEnabled' },
})
