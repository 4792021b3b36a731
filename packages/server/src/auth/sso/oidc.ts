import { createHash } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { putRecent } from '@atrium/runtime/base/recent.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import type { JWTVerifyGetKey } from 'jose'
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
} from 'openid-client'
import type { EgressOf } from '../tenants/egress.ts'
import type { SsoFlow } from './flow.ts'
import { oidcFetch, oidcTimeoutMs } from './oidc-fetch.ts'
import { type AskedLogout, logoutKeys, readLogoutToken } from './oidc-logout.ts'
import { personOf, type SsoPerson } from './person.ts'
import { answerRefused, SsoRefusal } from './refusal.ts'
import { type OidcSettings, oidcProvider, ssoUrl } from './settings.ts'

/** A provider that changes its keys or addresses is noticed after this long; new keys at once. */
const rediscoverMs = 10 * 60_000
const maxKnown = 200

const callbackUrl = ({ origin, tenant }: OidcSettings): string => ssoUrl(origin, tenant.name, 'oidc/callback')

/** A provider, as it was found to be. */
interface Known {
  config: Configuration
  keys: JWTVerifyGetKey | null
  at: number
}

/** Sign-in by OpenID Connect: authorization code with PKCE. Everything about an answer is checked by the library. */
export class Oidc {
  readonly #egressOf: EgressOf
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(egressOf: EgressOf, clock: Clock) {
    this.#egressOf = egressOf
    this.#clock = clock
  }

  /** Where the browser goes to sign in. */
  async begin(settings: OidcSettings, flow: SsoFlow): Promise<string> {
    const { config } = await this.#look(settings)
    const challenge = createHash('sha256').update(flow.derive('pkce')).digest('base64url')
    return buildAuthorizationUrl(config, {
      ...{ redirect_uri: callbackUrl(settings), scope: settings.scope, state: flow.state },
      ...{ nonce: flow.derive('nonce'), code_challenge: challenge, code_challenge_method: 'S256' },
    }).href
  }

  /** Who came back, with these parameters of the callback. */
  async finish(settings: OidcSettings, flow: SsoFlow, query: Record<string, string | undefined>): Promise<SsoPerson> {
    const { config } = await this.#look(settings)
    const url = new URL(callbackUrl(settings))
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
    const tokens = await authorizationCodeGrant(config, url, {
      ...{ expectedState: flow.state, expectedNonce: flow.derive('nonce'), pkceCodeVerifier: flow.derive('pkce') },
      idTokenExpected: true,
    }).catch(refuse)
    const claims = tokens.claims()
    if (!claims) throw new SsoRefusal('answerNotValid', 'Your identity provider sent no ID token.')
    const told = await this.#userInfo(config, settings, tokens.access_token, claims.sub)
    for (const values of [claims, told ?? {}]) mustBeVerified(values)
    const person = personOf(claims, settings.claims)
    return {
      ...person,
      ...(told && settings.userInfo ? filled(personOf(told, settings.userInfo), person) : {}),
      ...{ provider: oidcProvider(settings), subject: claims.sub },
      ...(typeof claims['sid'] === 'string' ? { sessionIndex: claims['sid'] } : {}),
    }
  }

  /** Where the browser goes to end the provider's own session too; '' where it offers none. */
  async end(settings: OidcSettings): Promise<string> {
    const { config } = await this.#look(settings)
    if (config.serverMetadata().end_session_endpoint === undefined) return ''
    return buildEndSessionUrl(config, {
      post_logout_redirect_uri: ssoUrl(settings.origin, settings.tenant.name, 'oidc/logout'),
    }).href
  }

  /** What a logout token of the provider asks to end. */
  async readLogout(settings: OidcSettings, token: string): Promise<AskedLogout & { provider: string }> {
    const { config, keys } = await this.#look(settings)
    const { clientId } = settings
    const around = { metadata: config.serverMetadata(), clientId, clock: this.#clock }
    return { provider: oidcProvider(settings), ...(await readLogoutToken(token, keys, around)) }
  }

  /** Null when it was not asked, or does not answer as it should: then the claims of the ID token stand alone. */
  async #userInfo(config: Configuration, { userInfo }: OidcSettings, accessToken: string, subject: string) {
    if (!userInfo || config.serverMetadata().userinfo_endpoint === undefined) return null
    try {
      return await fetchUserInfo(config, accessToken, subject)
    } catch (error) {
      // What was told of somebody else is no lack of an answer.
      if (error instanceof Error && Reflect.get(error, 'code') === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')
        refuse(error)
      return null
    }
  }

  /** What is known of the provider, by its settings: other settings are another provider. */
  async #look(settings: OidcSettings): Promise<Known> {
    const { issuer, clientId, clientSecret, caBundle, tenant } = settings
    const key = createHash('sha256')
      .update(JSON.stringify([tenant.uid, issuer, clientId, clientSecret?.reveal(), caBundle]))
      .digest('hex')
    const known = this.#known.get(key)
    if (known && this.#clock.elapsed() - known.at < rediscoverMs) return known
    const config = await this.#discover(settings).catch(unreachable)
    const keys = logoutKeys(config.serverMetadata(), this.#fetchFor(settings))
    const found = { config, keys, at: this.#clock.elapsed() }
    putRecent(this.#known, key, found, maxKnown)
    return found
  }

  #fetchFor({ caBundle, tenant }: OidcSettings): CustomFetch {
    return oidcFetch(() => this.#egressOf(tenant.uid), caBundle)
  }

  async #discover(settings: OidcSettings): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = settings
    const config = await discovery(new URL(issuer), clientId, undefined, clientAuth(clientSecret?.reveal()), {
      ...{ [customFetch]: this.#fetchFor(settings), timeout: oidcTimeoutMs / 1000 },
    })
    // Signatures are checked although the token comes over TLS from the provider itself.
    enableNonRepudiationChecks(config)
    return config
  }
}

/** By header, as is usual, unless the provider takes the secret in the form alone. */
function clientAuth(secret: string | undefined): ClientAuth {
  if (!secret) return None()
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const authenticate = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost
    return authenticate(secret)(server, ...rest)
  }
}

/** What `first` tells, and what it leaves out as `then` has it. */
function filled<T extends object>(first: T, then: T): T {
  const told = Object.entries(first).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== ''))
  return { ...then, ...Object.fromEntries(told) }
}

function mustBeVerified({ email_verified: isVerified }: Record<string, unknown>): void {
  if (isVerified !== false && isVerified !== 'false') return
  throw new SsoRefusal(
    'emailNotVerified',
    'Your identity provider says that your e-mail address is not verified. Verify it there, then sign in again.',
  )
}

/** The egress client's own error, however deep the library wrapped it. */
function egressError(error: unknown): EgressError | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1)
    if (cause instanceof EgressError) return cause
  return null
}

function unreachable(cause: unknown): never {
  throw new SsoRefusal(
    'providerUnreachable',
    'The identity provider of your organisation does not answer, or not as an OpenID Connect issuer does. Try again; if it stays so, tell an administrator.',
    { cause, admins: egressError(cause)?.message ?? messageOf(cause) },
  )
}

function refuse(cause: unknown): never {
  if (egressError(cause)) unreachable(cause)
  if (cause instanceof AuthorizationResponseError) {
    const why = [cause.error, cause.error_description].filter(Boolean).join(': ').slice(0, 300)
    throw new SsoRefusal('providerRefused', `Your identity provider did not let you sign in: ${why}.`, { cause })
  }
  const why = cause instanceof ResponseBodyError ? `${cause.error} at the token endpoint` : messageOf(cause)
  throw answerRefused(why, { cause })
}
