import type { RegisteredOperation } from '../../operation.ts'
import { atriumLoginBannerGet } from './atriumLoginBannerGet.ts'
import { V1AuthOrgs } from './V1AuthOrgs.ts'
import { v1Authenticate } from './v1Authenticate.ts'
import { v1AuthOrg } from './v1AuthOrg.ts'
import { v1AuthRefresh } from './v1AuthRefresh.ts'
import { v1SystemLoginBannerGet } from './v1SystemLoginBannerGet.ts'
import { v1SystemLoginBannerUpdate } from './v1SystemLoginBannerUpdate.ts'
import { v1UsersAuthTokensRevoke } from './v1UsersAuthTokensRevoke.ts'

export const authOperations: RegisteredOperation[] = [
  v1Authenticate,
  v1AuthOrg,
  V1AuthOrgs,
  v1AuthRefresh,
  v1UsersAuthTokensRevoke,
  atriumLoginBannerGet,
  v1SystemLoginBannerGet,
  v1SystemLoginBannerUpdate,
]
