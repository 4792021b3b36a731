import type { v1SsoLogins } from '@atrium/api/generated/operations.d.ts'
import type { SsoLogin } from '../../../auth/sso/sso.ts'

export const viewLogins = (logins: readonly SsoLogin[]): v1SsoLogins =>
  logins.map(({ protocol, displayName, url }) => ({ name: protocol, displayName, logo: '', redirectUri: url }))
