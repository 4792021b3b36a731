import { linkedUsersName } from '../../../auth/sso/linked-users.ts'
import { defineSettingPut } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** Whether users who are linked to the identity provider may sign in with a password beside it. */
export const atriumTenantsLinkedUsersUpdate = defineSettingPut(
  'atriumTenantsLinkedUsersUpdate',
  linkedUsersName,
  (_setting, subject) => mustDecideSignIn(subject),
)
