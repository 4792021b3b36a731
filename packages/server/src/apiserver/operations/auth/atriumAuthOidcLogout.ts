import { definePublicOperation } from '../../operation.ts'
import { formOf } from './browser.ts'

/** The provider ends sessions, without a browser (OpenID Connect Back-Channel Logout). */
export const atriumAuthOidcLogout = definePublicOperation(
  'atriumAuthOidcLogout',
  async ({ params, body, ip }, { sso }) => {
    await sso.oidcLogout({ org: params.org, ip }, formOf(body)['logout_token'] ?? '')
    return undefined
  },
)
