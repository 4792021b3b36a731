import type { v1TenantOidcClientSpec, v1TenantSamlRequestSpec } from '@atrium/api/generated/operations.d.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { Tenant } from '../../store/system-store.ts'
import type { SsoProtocol } from './flow.ts'

/** Names of what a provider tells of a person; '' = it does not. */
export interface ClaimNames {
  email: string
  firstName: string
  lastName: string
  team: string
}

interface CommonSettings {
  tenant: Tenant
  /** `https://host[:port]` as the tenant's identity provider knows this server. */
  origin: string
  claims: ClaimNames
  defaultTeams: readonly string[]
  /** Teams that the provider names and that do not exist are made. */
  makesTeams: boolean
}

export interface OidcSettings extends CommonSettings {
  protocol: 'oidc'
  issuer: string
  clientId: string
  clientSecret: Secret<string> | null
  scope: string
  /** PEM; null = the system's authorities. */
  caBundle: string | null
  /** Names of claims at the userinfo endpoint, asked first; null = it is not asked. */
  userInfo: ClaimNames | null
}

export interface SamlSettings extends CommonSettings {
  protocol: 'saml'
  /** XML of the provider's metadata. */
  metadata: string
  /** As people call the provider. */
  displayName: string
  nameIdFormat: string | null
  isSingleLogoutEnabled: boolean
  /** The first signs what is sent, and each opens what was encrypted for it; none = the settings are from before there were any. */
  keys: readonly Secret<string>[]
}

export type SsoSettings = OidcSettings | SamlSettings

/** This server's addresses for a tenant, as an identity provider is told them. */
export const ssoUrl = (origin: string, tenantName: string, end: string): string =>
  `${origin}/v1/auth/org/${encodeURIComponent(tenantName)}/${end}`

/** This server as a service provider of SAML, for one tenant. */
export const samlUrls = (origin: string, tenantName: string) => {
  const entityId = ssoUrl(origin, tenantName, 'saml')
  const logoutByRedirect = `${origin}/atrium/v1/auth/org/${encodeURIComponent(tenantName)}/saml/logout`
  return { entityId, acs: `${entityId}/callback`, logout: `${entityId}/logout`, logoutByRedirect }
}

/** Subjects are told apart by client: some providers give each client others. */
export const oidcProvider = ({ issuer, clientId }: Pick<OidcSettings, 'issuer' | 'clientId'>): string =>
  `oidc ${issuer} ${clientId}`

export const persistentName = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

/** Lasting names tell people apart; with any other format the e-mail does. */
export const samlProvider = (entityId: string, nameIdFormat: string | null): string =>
  `saml ${entityId} ${nameIdFormat === persistentName ? 'persistent' : 'email'}`

/** Where a sign-in begins. */
export const loginUrl = ({ origin, tenant, protocol }: SsoSettings): string =>
  `${origin}/atrium/v1/auth/org/${encodeURIComponent(tenant.name)}/${protocol}/login`

/** Text of a field that is base64 of it, as clients send it, or the text itself. */
const plainText = (value: string, begins: RegExp): string =>
  begins.test(value.trimStart()) ? value : Buffer.from(value, 'base64').toString('utf8')

export const xmlOf = (metadata: string): string => plainText(metadata, /^</)
export const pemOf = (bundle: string): string => plainText(bundle, /^-----BEGIN/)

/** By what a key of a tenant is for: the secret field that holds it, and the field of its certificate. */
export const samlKeyFields = {
  current: { secret: 'samlKey', certificate: 'certificate' },
  next: { secret: 'samlNextKey', certificate: 'nextCertificate' },
  former: { secret: 'samlFormerKey', certificate: 'formerCertificate' },
} as const
export type SamlKeyUse = keyof typeof samlKeyFields
/** The one that signs comes first. */
export const samlKeyUses: readonly SamlKeyUse[] = ['current', 'next', 'former']

const reader = systemActor('single sign-on')

/**
 * What is enabled, as it is now. `publicUrl`: the operator's, which comes before the one the settings were made at; without either
 * nobody knows where a provider sends people back, and nothing is enabled.
 */
export async function readSettings(store: Store, tenant: Tenant, publicUrl: string | null): Promise<SsoSettings[]> {
  return store.transaction(tenant.uid, reader, async (tx) => {
    const { items } = await tx.list('SsoConfig')
    const enabled = items.flatMap(({ meta, spec }) => {
      const origin = publicUrl ?? spec.origin
      return spec.isEnabled && origin ? [{ meta, spec, origin }] : []
    })
    return Promise.all(
      enabled.map(async ({ meta, spec, origin }) => {
        const secretOf = (field: string) => tx.getSecret({ kind: 'SsoConfig', uid: meta.uid }, field)
        if (spec.protocol === 'saml') {
          const kept = samlKeyUses.map((use) => samlKeyFields[use]).filter(({ certificate }) => spec[certificate])
          const keys = (await Promise.all(kept.map(({ secret }) => secretOf(secret)))).filter((key) => key !== null)
          return samlSettings(tenant, origin, spec.document as v1TenantSamlRequestSpec, keys)
        }
        const secret = await secretOf('clientSecret')
        return oidcSettings(tenant, origin, spec.document as v1TenantOidcClientSpec, secret)
      }),
    )
  })
}

export const settingsOf = <P extends SsoProtocol>(
  all: readonly SsoSettings[],
  protocol: P,
): Extract<SsoSettings, { protocol: P }> | undefined =>
  all.find((one): one is Extract<SsoSettings, { protocol: P }> => one.protocol === protocol)

function oidcSettings(
  tenant: Tenant,
  origin: string,
  document: v1TenantOidcClientSpec,
  clientSecret: Secret<string> | null,
): OidcSettings {
  const { Email, FirstName, LastName, SpectroTeam } = document.requiredClaims ?? {}
  const claims = {
    ...{ email: Email || 'email', firstName: FirstName || 'given_name', lastName: LastName || 'family_name' },
    team: SpectroTeam ?? '',
  }
  const named = document.userInfo?.claims ?? {}
  const scopes = new Set(['openid', ...(document.scopes ?? [])].filter((scope) => scope !== ''))
  return {
    ...{ protocol: 'oidc', tenant, origin, claims, clientSecret },
    ...{ issuer: document.issuerUrl ?? '', clientId: document.clientId ?? '' },
    scope: [...scopes].join(document.scopesDelimiter || ' '),
    caBundle: document.issuerTls?.caCertificateBase64 ? pemOf(document.issuerTls.caCertificateBase64) : null,
    userInfo: document.userInfo?.useUserInfo
      ? {
          ...{ email: named.Email || claims.email, firstName: named.FirstName || claims.firstName },
          ...{ lastName: named.LastName || claims.lastName, team: named.SpectroTeam || claims.team },
        }
      : null,
    ...{ defaultTeams: document.defaultTeams ?? [], makesTeams: document.syncSsoTeams === true },
  }
}

function samlSettings(
  tenant: Tenant,
  origin: string,
  document: v1TenantSamlRequestSpec,
  keys: readonly Secret<string>[],
): SamlSettings {
  const { attributes, identityProvider, nameIdFormat } = document
  const nameOf = (field: string): string => {
    const found = attributes?.find(({ name }) => name === field)
    return found?.mappedAttribute || field
  }
  return {
    ...{ protocol: 'saml', tenant, origin, keys },
    claims: {
      ...{ email: nameOf('Email'), firstName: nameOf('FirstName'), lastName: nameOf('LastName') },
      team: nameOf('SpectroTeam'),
    },
    metadata: xmlOf(document.federationMetadata ?? ''),
    displayName: identityProvider || 'SAML',
    nameIdFormat: longNameIdFormat(nameIdFormat),
    isSingleLogoutEnabled: document.isSingleLogoutEnabled === true,
    ...{ defaultTeams: document.defaultTeams ?? [], makesTeams: document.syncSsoTeams === true },
  }
}

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/** Clients also write the last part alone. */
export function longNameIdFormat(format = ''): string | null {
  if (format === '') return null
  if (format.startsWith('urn:')) return format
  if (/^(persistent|transient)$/.test(format)) return `urn:oasis:names:tc:SAML:2.0:nameid-format:${format}`
  return format === 'emailAddress' ? 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' : unspecified
}
