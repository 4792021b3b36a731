import type { RegisteredOperation } from '../../operation.ts'
import { atriumLinksFind } from './atriumLinksFind.ts'
import { atriumLinksUse } from './atriumLinksUse.ts'
import { atriumUsersPasswordLinkCreate } from './atriumUsersPasswordLinkCreate.ts'
import { V1PasswordsBlockListDelete } from './V1PasswordsBlockListDelete.ts'
import { V1PasswordsBlockListUpdate } from './V1PasswordsBlockListUpdate.ts'
import { V1SystemPasswordPolicyGet } from './V1SystemPasswordPolicyGet.ts'
import { V1SystemPasswordPolicyUpdate } from './V1SystemPasswordPolicyUpdate.ts'
import { V1UsersPasswordChange } from './V1UsersPasswordChange.ts'
import { v1PasswordActivate } from './v1PasswordActivate.ts'
import { v1PasswordReset } from './v1PasswordReset.ts'
import { v1SystemAdminsPasswordActivate } from './v1SystemAdminsPasswordActivate.ts'
import { v1SystemUsersPasswordReset } from './v1SystemUsersPasswordReset.ts'

export const passwordsOperations: RegisteredOperation[] = [
  atriumLinksFind,
  atriumLinksUse,
  atriumUsersPasswordLinkCreate,
  v1PasswordActivate,
  v1PasswordReset,
  V1PasswordsBlockListDelete,
  V1PasswordsBlockListUpdate,
  V1SystemPasswordPolicyGet,
  V1SystemPasswordPolicyUpdate,
  v1SystemAdminsPasswordActivate,
  v1SystemUsersPasswordReset,
  V1UsersPasswordChange,
]
