import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import { serveHttps } from './https-server.ts'

export interface OidcIssuer {
  url: string
  caBundle: string
  /** Claims of whoever signs in next; null = they do not want to. */
  person: Record<string, unknown> | null
  /** Answers instead of the provider when it returns true: what a broken or hostile one would do. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Logout tokens that it sent to its client. */
  logoutTokens: string[]
  /** A token of any claims, signed as its own are. */
  sign(claims: object, header?: object): string
  stop(): void
}

export interface OidcClient {
  clientId: string
  clientSecret: string
  callbackUrls: string[]
}

const claimNames = ['email', 'email_verified', 'given_name', 'family_name', 'groups', 'roles']

/** A real OpenID provider on this machine, over TLS. `inIdToken`: whether claims of a person stand in the ID token too. */
export async function startOidcIssuer(client: OidcClient, { inIdToken = true } = {}): Promise<OidcIssuer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end()
  const server = await serveHttps((request, response) => handle(request, response))
  const issuer: OidcIssuer = {
    ...{ url: server.url, caBundle: server.caBundle, person: null, intercept: () => false, logoutTokens: [] },
    sign: (claims, header = {}) => signed(privateKey, claims, header),
    stop: () => server.stop(),
  }
  const provider = newProvider(issuer, client, privateKey, inIdToken)
  const answer = provider.callback()
  handle = (request, response) => {
    if (issuer.intercept(request, response)) return
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response)
    const sub = issuer.person?.['sub']
    const result = sub
      ? { login: { accountId: sub } }
      : { error: 'access_denied', error_description: 'the person said no' }
    void provider.interactionFinished(request, response, result)
  }
  return issuer
}

/** Where it is told to send logout tokens: they are kept instead. */
const backChannel = 'https://plane.test/back-channel'

function signed(key: KeyObject, claims: object, header: object): string {
  const parts = [{ alg: 'RS256', kid: 'first', ...header }, claims]
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${createSign('sha256').update(text).sign(key, 'base64url')}`
}

function newProvider(
  issuer: OidcIssuer,
  { clientId, clientSecret, callbackUrls }: OidcClient,
  privateKey: KeyObject,
  inIdToken: boolean,
) {
  const told = { backchannel_logout_uri: backChannel, backchannel_logout_session_required: true }
  const provider: Provider = new Provider(issuer.url, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: callbackUrls, ...told }],
    ...{ jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'first' }] } },
    ...{ cookies: { keys: ['of this test'] }, conformIdTokenClaims: !inIdToken },
    claims: { openid: ['sub'], profile: claimNames },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    async fetch(_: unknown, { body }: { body: URLSearchParams }) {
      issuer.logoutTokens.push(body.get('logout_token') ?? '')
      return new Response(null, { status: 204 })
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ ...issuer.person, sub }) }),
    async loadExistingGrant(context: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const { client, session } = context.oidc
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  })
  return provider
}
