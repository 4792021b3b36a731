import { mfaSettingName } from '../../../auth/factors/required-factor.ts'
import { defineSettingGet } from './setting.ts'

export const atriumTenantsMfaGet = defineSettingGet('atriumTenantsMfaGet', mfaSettingName, { isRequired: false })
