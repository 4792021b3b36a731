import { generateServiceProviderMetadata } from '@node-saml/node-saml'
import type { samlUrls } from './sso-settings.ts'

/** This server's own metadata, for the identity provider of a tenant. */
export const serviceMetadata = (tenant: string, { entityId, acs, logout }: ReturnType<typeof samlUrls>): string =>
  generateServiceProviderMetadata({
    ...{ issuer: entityId, callbackUrl: acs, logoutCallbackUrl: logout },
    ...{ identifierFormat: null, wantAssertionsSigned: true, generateUniqueId: () => `_${tenant}` },
  })
