import type { KindDefinition } from './meta.ts'

/**
 * How people of the tenant sign in elsewhere; one object for each protocol. Secret fields: `clientSecret` of OIDC, and `samlKey`,
 * `samlNextKey` and `samlFormerKey`, the keys that the certificates are for.
 */
export interface SsoConfigSpec {
  protocol: 'oidc' | 'saml'
  isEnabled: boolean
  /** As the client sent it, without secrets. */
  document: Record<string, unknown>
  /** `https://host[:port]` of this server as whoever made the settings reached it: what the provider is told begins with it. */
  origin?: string
  /** PEM. The provider holds it, to check what this server signs and to encrypt what it tells. */
  certificate?: string
  /** The same of the key that will sign once the provider knows it, and of the one that did. Both open what is encrypted for them. */
  nextCertificate?: string
  formerCertificate?: string
}
export type SsoConfigStatus = Record<string, never>
export const ssoConfigKind: KindDefinition = {
  name: 'SsoConfig',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['name']],
}
