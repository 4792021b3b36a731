import { definePublicOperation } from '../../operation.ts'
import { viewLogins } from './views.ts'

/** How to sign in. The same for every name without single sign-on: whether such an organisation exists is nobody's business. */
export const v1AuthOrg = definePublicOperation('v1AuthOrg', async ({ query }, { sso }) => {
  const logins = query.orgName ? await sso.loginsOf(query.orgName) : []
  return {
    appEnv: 'self-hosted',
    authType: logins.length > 0 ? ('sso' as const) : ('password' as const),
    orgName: query.orgName ?? '',
    redirectUrl: logins[0]?.url ?? '',
    rootDomain: '',
    securityMode: '',
    ssoLogins: viewLogins(logins),
  }
})
