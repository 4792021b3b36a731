import type { RegisteredOperation } from '../../operation.ts'
import { atriumAuthCodeExchange } from './atriumAuthCodeExchange.ts'
import { atriumAuthLoginsList } from './atriumAuthLoginsList.ts'
import { atriumAuthOidcLogin } from './atriumAuthOidcLogin.ts'
import { atriumAuthOidcLogout } from './atriumAuthOidcLogout.ts'
import { atriumAuthSamlLogin } from './atriumAuthSamlLogin.ts'
import { atriumAuthSamlLogout } from './atriumAuthSamlLogout.ts'
import { atriumAuthSignOut } from './atriumAuthSignOut.ts'
import { atriumLoginBannerGet } from './atriumLoginBannerGet.ts'
import { V1AuthOrgs } from './V1AuthOrgs.ts'
import { V1AuthSsoProviders } from './V1AuthSsoProviders.ts'
import { V1OidcCallback } from './V1OidcCallback.ts'
import { V1OidcLogout } from './V1OidcLogout.ts'
import { V1SamlCallback } from './V1SamlCallback.ts'
import { V1SamlLogout } from './V1SamlLogout.ts'
import { V1SsoIdps } from './V1SsoIdps.ts'
import { V1SsoLogins } from './V1SsoLogins.ts'
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
  V1AuthSsoProviders,
  V1SsoIdps,
  V1SsoLogins,
  V1OidcCallback,
  V1OidcLogout,
  V1SamlCallback,
  V1SamlLogout,
  atriumAuthLoginsList,
  atriumAuthOidcLogin,
  atriumAuthSamlLogin,
  atriumAuthOidcLogout,
  atriumAuthSamlLogout,
  atriumAuthCodeExchange,
  atriumAuthSignOut,
]
