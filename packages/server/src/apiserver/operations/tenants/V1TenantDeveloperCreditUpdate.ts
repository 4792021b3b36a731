import { invalid } from '../../invalid.ts'
import { defineSettingPut } from './setting.ts'

export const V1TenantDeveloperCreditUpdate = defineSettingPut(
  'V1TenantDeveloperCreditUpdate',
  'developerCredit',
  (credit) => {
    const fields = ['cpu', 'memoryGiB', 'storageGiB', 'virtualClustersLimit'] as const
    const negative = fields.find((field) => (credit[field] ?? 0) < 0)
    if (negative) throw invalid(negative, 'cannot be negative')
  },
)
