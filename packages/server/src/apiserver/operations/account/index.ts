import type { RegisteredOperation } from '../../operation.ts'
import { atriumAccountGet } from './atriumAccountGet.ts'
import { atriumAccountRecoveryCodesRenew } from './atriumAccountRecoveryCodesRenew.ts'
import { atriumAccountSessionsDelete } from './atriumAccountSessionsDelete.ts'
import { atriumAccountSessionsDeleteOthers } from './atriumAccountSessionsDeleteOthers.ts'
import { atriumAccountSessionsList } from './atriumAccountSessionsList.ts'
import { atriumAccountTotpFinish } from './atriumAccountTotpFinish.ts'
import { atriumAccountTotpStart } from './atriumAccountTotpStart.ts'
import { atriumAuthMfaCode } from './atriumAuthMfaCode.ts'
import { atriumAuthMfaDeviceFinish } from './atriumAuthMfaDeviceFinish.ts'
import { atriumAuthMfaDeviceStart } from './atriumAuthMfaDeviceStart.ts'
import { atriumUsersMfaDelete } from './atriumUsersMfaDelete.ts'
import { atriumUsersSessionsDelete } from './atriumUsersSessionsDelete.ts'
import { V1AuthMfaDevicesList } from './V1AuthMfaDevicesList.ts'
import { V1UsersMfaDevicesList } from './V1UsersMfaDevicesList.ts'
import { V1UsersMfaDevicesNameDelete } from './V1UsersMfaDevicesNameDelete.ts'
import { V1UsersMfaDevicesNameGet } from './V1UsersMfaDevicesNameGet.ts'
import { V1UsersMfaRegisterDeviceFinish } from './V1UsersMfaRegisterDeviceFinish.ts'
import { V1UsersMfaRegisterDeviceStart } from './V1UsersMfaRegisterDeviceStart.ts'

export const accountOperations: RegisteredOperation[] = [
  atriumAccountGet,
  atriumAccountRecoveryCodesRenew,
  atriumAccountSessionsDelete,
  atriumAccountSessionsDeleteOthers,
  atriumAccountSessionsList,
  atriumAccountTotpFinish,
  atriumAccountTotpStart,
  atriumAuthMfaCode,
  atriumAuthMfaDeviceFinish,
  atriumAuthMfaDeviceStart,
  atriumUsersMfaDelete,
  atriumUsersSessionsDelete,
  V1AuthMfaDevicesList,
  V1UsersMfaDevicesList,
  V1UsersMfaDevicesNameDelete,
  V1UsersMfaDevicesNameGet,
  V1UsersMfaRegisterDeviceFinish,
  V1UsersMfaRegisterDeviceStart,
]
