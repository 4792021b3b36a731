import { linkedUsersName } from '../../../auth/sso/linked-users.ts'
import { defineSettingGet } from './setting.ts'

export const atriumTenantsLinkedUsersGet = defineSettingGet('atriumTenantsLinkedUsersGet', linkedUsersName, {
  isPasswordAllowed: true,
})
