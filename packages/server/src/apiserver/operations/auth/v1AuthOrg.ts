import { definePublicOperation } from '../../operation.ts'

/** The same for every name: whether an organisation exists is nobody's business before signing in. */
export const v1AuthOrg = definePublicOperation('v1AuthOrg', async ({ query }) => ({
  appEnv: 'self-hosted',
  authType: 'password' as const,
  orgName: query.orgName ?? '',
  redirectUrl: '',
  rootDomain: '',
  securityMode: '',
  ssoLogins: [],
}))
