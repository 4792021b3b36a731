import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { createRemoteJWKSet, customFetch, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { CustomFetch, ServerMetadata } from 'openid-client'
import { logoutTokenMs } from './flow.ts'
import { oidcTimeoutMs } from './oidc-fetch.ts'
import { answerRefused, type SsoRefusal } from './refusal.ts'

const skewMs = 30_000
const event = 'http://schemas.openid.net/event/backchannel-logout'
const asymmetric = /^(?:RS|PS|ES)\d{3}$|^Ed(?:DSA|25519)$/
const maxLength = 16 * 1024
const maxNameLength = 512

/** What a provider ends: the sessions of a person, of one of its own sessions, or both. */
export interface AskedLogout {
  /** Of the token: each is good once. */
  id: string
  subject?: string
  index?: string
}

/** The keys of a provider, got through the server's one way out; the library asks again when it sees an unknown one. */
export const logoutKeys = ({ jwks_uri: url }: ServerMetadata, fetch: CustomFetch): JWTVerifyGetKey | null =>
  url === undefined
    ? null
    : createRemoteJWKSet(new URL(url), {
        timeoutDuration: oidcTimeoutMs,
        [customFetch]: (target, { headers, signal }) =>
          fetch(target, {
            ...{ method: 'GET', redirect: 'manual', body: undefined, signal },
            headers: Object.fromEntries(headers.entries()),
          }),
      })

/** Reads a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). */
export async function readLogoutToken(
  token: string,
  keys: JWTVerifyGetKey | null,
  { metadata, clientId, clock }: { metadata: ServerMetadata; clientId: string; clock: Clock },
): Promise<AskedLogout> {
  if (token.length > maxLength) throw refused('the logout token is too long')
  if (keys === null) throw refused('the provider names no keys')
  const { id_token_signing_alg_values_supported: named = ['RS256'] } = metadata
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    ...{ issuer: metadata.issuer, audience: clientId, algorithms: named.filter((one) => asymmetric.test(one)) },
    ...{ currentDate: new Date(clock.now()), clockTolerance: skewMs / 1000 },
    ...{ maxTokenAge: (logoutTokenMs - 2 * skewMs) / 1000, requiredClaims: ['iat', 'jti', 'events'] },
  }).catch((cause: unknown) => {
    throw refused(messageOf(cause).slice(0, 300), cause)
  })
  // Some providers name no type, or the general one.
  if (!/^(?:application\/)?(?:logout\+)?jwt$/i.test(protectedHeader.typ ?? 'jwt'))
    throw refused('it is of another type')
  return askedIn(payload)
}

function askedIn({ jti, sub, sid, nonce, events }: JWTPayload): AskedLogout {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (!isObject(events) || !isObject(Reflect.get(events, event))) throw refused('it is no logout token')
  // So that a token of a sign-in is never taken for one.
  if (nonce !== undefined) throw refused('it holds a nonce')
  if (!isName(jti)) throw refused('it has no id')
  if (sub === undefined && sid === undefined) throw refused('it names nobody')
  if (!(sub === undefined || isName(sub)) || !(sid === undefined || isName(sid))) throw refused('it names nobody')
  return { id: jti, ...(sub === undefined ? {} : { subject: sub }), ...(sid === undefined ? {} : { index: sid }) }
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxNameLength

const refused = (why: string, cause?: unknown): SsoRefusal => answerRefused(why, { code: 'InvalidRequest', cause })
