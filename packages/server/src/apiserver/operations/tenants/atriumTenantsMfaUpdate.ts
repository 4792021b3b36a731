import { mfaSettingName } from '../../../auth/factors/required-factor.ts'
import { defineSettingPut } from './setting.ts'

/** Whether everybody who signs in with a password needs a second factor; whoever has none enrols it then. */
export const atriumTenantsMfaUpdate = defineSettingPut('atriumTenantsMfaUpdate', mfaSettingName)
