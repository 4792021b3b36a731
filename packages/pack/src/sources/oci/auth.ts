import { isIP } from 'node:net'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { Secret as SecretValue } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { OciError, ociLimits } from './types.ts'

/** A `WWW-Authenticate` challenge: what the registry wants to see. */
export interface Challenge {
  scheme: 'bearer' | 'basic'
  parameters: Record<string, string>
}

/** How a client proves who it is to the registry at `origin`: answers the value of the `Authorization` header, or null for "nobody". */
export type Authorize = (challenge: Challenge & { origin: string }, scope: string) => Promise<Secret<string> | null>

const CHALLENGE = /^(bearer|basic)(?:\s+(.*))?$/i
const PARAMETER = /([a-zA-Z]+)="([^"]*)"/g

/** Reads a `WWW-Authenticate` header; null when it names no scheme we speak. */
export function parseChallenge(header: string | undefined): Challenge | null {
  const match = CHALLENGE.exec(header?.slice(0, 8192) ?? '')
  if (match === null) return null
  const parameters: Record<string, string> = {}
  for (const [, key = '', value = ''] of (match[2] ?? '').matchAll(PARAMETER)) parameters[key.toLowerCase()] = value
  return { scheme: match[1]?.toLowerCase() === 'basic' ? 'basic' : 'bearer', parameters }
}

/** Presents tokens that somebody else issues, e.g. the management server to an agent. */
export function bearerFrom(issue: (scope: string) => Promise<Secret<string>>): Authorize {
  return async (challenge, scope) =>
    challenge.scheme === 'bearer' ? new SecretValue(`Bearer ${(await issue(scope)).reveal()}`) : null
}

/** A token that was given once, shown to the registry's own origin only: never to a token service. */
export const fixedToken = (token: Secret<string>): Authorize => {
  const header = new SecretValue(`Bearer ${token.reveal()}`)
  return async (challenge) => (challenge.scheme === 'bearer' ? header : null)
}

export interface BasicCredentials {
  username: string
  password: Secret<string>
}

/** User name and password, shown to the registry itself or exchanged at the token service it names; null = anonymous tokens. */
export function basicAuth(credentials: BasicCredentials | null, egress: Egress, caBundle?: string): Authorize {
  const header = credentials === null ? null : basicHeader(credentials)
  return async (challenge, scope) =>
    challenge.scheme === 'basic' ? header : fetchToken(challenge, scope, header, egress, caBundle)
}

const basicHeader = ({ username, password }: BasicCredentials): Secret<string> =>
  new SecretValue(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`)

async function fetchToken(
  challenge: Challenge & { origin: string },
  scope: string,
  header: Secret<string> | null,
  egress: Egress,
  caBundle: string | undefined,
): Promise<Secret<string>> {
  const realm = challenge.parameters['realm'] ?? ''
  if (!URL.canParse(realm)) throw new OciError(0, 'the registry asks for a token but names no token service')
  const url = new URL(realm)
  // Credentials go to the token service the registry names: never in the clear, wherever the registry points.
  if (header !== null && url.protocol !== 'https:')
    throw new OciError(0, `the token service ${url.host} is not served over https`)
  if (header !== null && !isSameSite(url.hostname, new URL(challenge.origin).hostname))
    throw new OciError(
      401,
      `the registry sends credentials to ${url.host}, which is another site: they are not shown there`,
    )
  if (challenge.parameters['service']) url.searchParams.set('service', challenge.parameters['service'])
  if (scope !== '') url.searchParams.set('scope', scope)
  const response = await egress.request(url.href, {
    headers: header === null ? {} : { authorization: header.reveal() },
    maxBytes: ociLimits.tokenBytes,
    ...(caBundle && { caBundle }),
  })
  const body = await response.text()
  if (response.status !== 200)
    throw new OciError(response.status, `the token service ${url.host} answered ${response.status}`)
  const token = tokenOf(body)
  if (token === null) throw new OciError(0, `the token service ${url.host} sent no token`)
  return new SecretValue(`Bearer ${token}`)
}

/** The same host, or two below one domain: `registry.example.com` and `auth.example.com`. */
function isSameSite(a: string, b: string): boolean {
  const site = (host: string): string => host.split('.').slice(-2).join('.')
  return a === b || (isIP(a) === 0 && isIP(b) === 0 && a.includes('.') && site(a) === site(b))
}

function tokenOf(body: string): string | null {
  try {
    const answer = JSON.parse(body) as { token?: unknown; access_token?: unknown } | null
    const token = answer?.token ?? answer?.access_token
    return typeof token === 'string' && token !== '' ? token : null
  } catch {
    return null
  }
}
