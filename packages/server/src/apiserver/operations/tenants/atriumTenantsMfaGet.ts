import { mfaSettingName } from '../../../auth/sign-in.ts'
import { defineSettingGet } from './setting.ts'

export const atriumTenantsMfaGet = defineSettingGet('atriumTenantsMfaGet', mfaSettingName, { isRequired: false })
