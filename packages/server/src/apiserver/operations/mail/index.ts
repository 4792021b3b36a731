import type { RegisteredOperation } from '../../operation.ts'
import { atriumMailsList } from './atriumMailsList.ts'
import { V1SystemConfigSmtpGet } from './V1SystemConfigSmtpGet.ts'
import { V1SystemConfigSmtpUpdate } from './V1SystemConfigSmtpUpdate.ts'
import { V1SystemConfigSmtpValidate } from './V1SystemConfigSmtpValidate.ts'
import { v1PasswordResetRequest } from './v1PasswordResetRequest.ts'
import { v1SystemAdminsUidPasswordResetLink } from './v1SystemAdminsUidPasswordResetLink.ts'
import { v1SystemUsersPasswordResetRequest } from './v1SystemUsersPasswordResetRequest.ts'
import { v1UsersEmailPasswordReset } from './v1UsersEmailPasswordReset.ts'
import { v1UsersUidPasswordReset } from './v1UsersUidPasswordReset.ts'

export const mailOperations: RegisteredOperation[] = [
  atriumMailsList,
  v1PasswordResetRequest,
  v1SystemAdminsUidPasswordResetLink,
  V1SystemConfigSmtpGet,
  V1SystemConfigSmtpUpdate,
  V1SystemConfigSmtpValidate,
  v1SystemUsersPasswordResetRequest,
  v1UsersEmailPasswordReset,
  v1UsersUidPasswordReset,
]
