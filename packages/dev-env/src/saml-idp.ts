import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import samlp, { type SamlpRequest } from 'samlp'
import SessionParticipants from 'samlp/lib/sessionParticipants/index.js'
import { serveHttps } from './https-server.ts'
import { createSamlIdentity, type SamlIdentity } from './saml-identity.ts'
import { encryptionFor, logoutStore, readForm, readService, responseFor, type SamlService } from './saml-parts.ts'

export interface SamlPerson {
  email: string
  nameId?: string
  nameIdFormat?: string
  teams?: string[]
}

/** What an assertion says otherwise than it should, as the library's own options: `audience`, `lifetimeInSeconds`, `key` … */
export type SaysOtherwise = Record<string, unknown>

export interface SamlIdp extends Pick<SamlIdentity, 'entityId' | 'metadata'> {
  url: string
  caBundle: string
  /** By what they type, beside the password. */
  people: Map<string, SamlPerson>
  /** Of the next answers. */
  says: SaysOtherwise
  /** Whether it encrypts what it says for services that have a certificate. */
  isEncrypting: boolean
  /** Whether it asks services to end a session by redirects instead of forms. */
  asksByRedirect: boolean
  /** Takes a service in by its metadata. What it signs must then be signed by the key named there. */
  trust(serviceMetadata: string): void
  stop(): void
}

export const idpPassword = 'open sesame'
const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'

/** A browser that is signed in here, and where else by that. */
interface Session {
  index: string
  person: SamlPerson
  participants: object[]
}

/** A real identity provider of SAML on this machine, over TLS, with a page to sign in at. */
export async function startSamlIdp(): Promise<SamlIdp> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => undefined
  const server = await serveHttps((request, response) => void handle(request, response))
  const identity = await createSamlIdentity(server.url)
  const services = new Map<string, SamlService>()
  const idp: SamlIdp = {
    ...{ entityId: identity.entityId, metadata: identity.metadata, url: server.url, caBundle: server.caBundle },
    ...{ people: new Map(), says: {}, isEncrypting: false, asksByRedirect: false },
    trust(serviceMetadata) {
      const service = readService(serviceMetadata)
      services.set(service.entityId, service)
    },
    stop: () => server.stop(),
  }
  handle = handlerOf(idp, identity, services)
  return idp
}

function handlerOf(idp: SamlIdp, identity: SamlIdentity, services: Map<string, SamlService>) {
  const sessions = new Map<string, Session>()
  const keys = { issuer: idp.entityId, cert: identity.certificatePem, key: identity.privateKeyPem }
  const store = logoutStore()

  const signIn = async (request: SamlpRequest, response: ServerResponse): Promise<void> => {
    const person = idp.people.get(request.body['user'] ?? '')
    if (!person || request.body['password'] !== idpPassword) return void response.writeHead(401).end('who is that?')
    const id = randomBytes(8).toString('hex')
    sessions.set(id, { index: `_${id}`, person, participants: [] })
    const location = `/sso?${request.body['query']}`
    response.writeHead(303, { location, 'set-cookie': `idp=${id}; Path=/; Secure; HttpOnly` }).end()
  }

  const authorize = (request: SamlpRequest, response: ServerResponse, session: Session): void => {
    const fail = (error: Error): void => void response.writeHead(400).end(error.message)
    samlp.parseRequest(request, {}, (error, told) => {
      const service = services.get(told?.issuer ?? '')
      if (error || !service) return fail(error ?? new Error('no service of this provider asks'))
      const { acs, certificatePem } = service
      session.participants.push(participantOf(service, session, idp.asksByRedirect))
      samlp.auth({
        ...keys,
        ...{ getPostURL: (...given: unknown[]) => (given.at(-1) as (e: null, url: string) => void)(null, acs) },
        ...{ getUserFromRequest: () => session.person, profileMapper: mapperOf },
        ...{ recipient: acs, destination: acs, lifetimeInSeconds: 300, sessionIndex: session.index },
        ...(certificatePem && { signingCert: certificatePem }),
        ...(certificatePem && idp.isEncrypting && encryptionFor(certificatePem)),
        ...idp.says,
      })(request, responseFor(response), fail)
    })
  }

  const logout = (request: SamlpRequest, response: ServerResponse, cookie: string, session: Session): void =>
    samlp.logout({
      ...{ ...keys, store, deflate: true, protocolBinding: redirect },
      sessionParticipants: new SessionParticipants(session.participants),
      clearIdPSession: (done: () => void) => {
        sessions.delete(cookie)
        done()
      },
    })(request, responseFor(response), (error) => void response.writeHead(400).end(error.message))

  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search, searchParams } = new URL(incoming.url ?? '', idp.url)
    const request: SamlpRequest = {
      ...{ method: incoming.method ?? '', headers: incoming.headers, protocol: 'https', originalUrl: pathname },
      ...{ query: Object.fromEntries(searchParams), body: await readForm(incoming) },
    }
    const cookie = /\bidp=(\w+)/.exec(incoming.headers.cookie ?? '')?.[1] ?? ''
    const session = sessions.get(cookie)
    if (pathname === '/login') return signIn(request, response)
    if (!session) return void responseFor(response).send(loginPage(search.slice(1)))
    if (pathname === '/sso') return authorize(request, response, session)
    logout(request, response, cookie, session)
  }
}

const participantOf = (
  { entityId, logout, logoutByRedirect, certificatePem }: SamlService,
  { index, person }: Session,
  byRedirect: boolean,
): object => ({
  ...{ serviceProviderId: entityId, sessionIndex: index, binding: byRedirect ? redirect : post },
  serviceProviderLogoutURL: byRedirect ? logoutByRedirect : logout,
  ...{ nameId: person.nameId ?? person.email, nameIdFormat: person.nameIdFormat ?? emailFormat, cert: certificatePem },
})

const mapperOf = ({ email, nameId, nameIdFormat, teams = [] }: SamlPerson) => ({
  getClaims: () => ({ Email: email, FirstName: 'Ada', SpectroTeam: teams }),
  getNameIdentifier: () => ({ nameIdentifier: nameId ?? email, nameIdentifierFormat: nameIdFormat ?? emailFormat }),
})

const loginPage = (query: string): string =>
  `<form method="post" action="/login"><input name="user" value=""><input name="password" value=""><input type="hidden" name="query" value="${query.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></form>`
