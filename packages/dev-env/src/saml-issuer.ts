import { randomBytes } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { IdentityProvider, SamlLib, ServiceProvider } from 'samlify'
import { issueRsaCertificate } from './rsa-certificate.ts'

/** What an assertion says, and where a test has it say something else. */
export interface Assertion {
  email: string
  nameId?: string
  nameIdFormat?: string
  teams?: string[]
  firstName?: string
  audience?: string
  recipient?: string
  inResponseTo?: string
  issuer?: string
  /** How long it is valid; negative = it has expired. */
  validMs?: number
  sessionIndex?: string
}

export interface SamlIssuer {
  entityId: string
  /** For the tenant's settings. */
  metadata: string
  /** The form that the browser posts: SAMLResponse, for the request in this redirect. */
  answer(
    redirect: string,
    serviceMetadata: string,
    assertion: Assertion,
  ): Promise<{ SAMLResponse: string; RelayState: string }>
  /** A signed request to end a session, base64. */
  logoutRequest(nameId: string, sessionIndex?: string): string
}

const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const sha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

const attribute = (name: string, values: string[]): string =>
  values.length === 0
    ? ''
    : `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`

/** An identity provider of SAML with a key of its own. It answers what a test asks it to, signed as it should be. */
export async function createSamlIssuer(entityId: string): Promise<SamlIssuer> {
  const { certificatePem, privateKeyPem } = await issueRsaCertificate()
  const idp = IdentityProvider({
    ...{
      entityID: entityId,
      privateKey: privateKeyPem,
      signingCert: certificatePem,
      requestSignatureAlgorithm: sha256,
    },
    singleSignOnService: [{ Binding: redirect, Location: `${entityId}/sso` }],
    singleLogoutService: [{ Binding: redirect, Location: `${entityId}/slo` }],
  })
  const newId = (): string => `_${randomBytes(16).toString('hex')}`
  return {
    entityId,
    metadata: idp.getMetadata(),
    async answer(location, serviceMetadata, assertion) {
      const sp = ServiceProvider({ metadata: serviceMetadata })
      const { request, relayState } = readRequest(location)
      const tags = tagsOf(assertion, { entityId, newId, request })
      const attributes = [
        ...[attribute('Email', [assertion.email]), attribute('FirstName', [assertion.firstName ?? 'Ada'])],
        attribute('SpectroTeam', assertion.teams ?? []),
      ].join('')
      const statements = `<saml:AuthnStatement AuthnInstant="${new Date().toISOString()}" SessionIndex="${assertion.sessionIndex ?? 's1'}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes}</saml:AttributeStatement>`
      const { context } = await idp.createLoginResponse(
        sp,
        { extract: { request: { id: request.id } } } as never,
        'post',
        {},
        (template: string) => ({
          id: tags.ID,
          context: SamlLib.replaceTagsByValue(template, tags).replace(
            '{AuthnStatement}{AttributeStatement}',
            statements,
          ),
        }),
      )
      return { SAMLResponse: context, RelayState: relayState }
    },
    logoutRequest(nameId, sessionIndex) {
      const xml = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${newId()}" Version="2.0" IssueInstant="${new Date().toISOString()}"><saml:Issuer>${entityId}</saml:Issuer><saml:NameID Format="${emailFormat}">${nameId}</saml:NameID>${sessionIndex ? `<samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex>` : ''}</samlp:LogoutRequest>`
      return SamlLib.constructSAMLSignature({
        ...{
          rawSamlMessage: xml,
          isMessageSigned: true,
          privateKey: privateKeyPem,
          signingCert: idp.entityMeta.getX509Certificate('signing') as string,
        },
        ...{ signatureAlgorithm: sha256, isBase64Output: true },
        signatureConfig: {
          prefix: 'ds',
          location: { reference: "/*[local-name(.)='LogoutRequest']/*[local-name(.)='Issuer']", action: 'after' },
        },
      })
    },
  }
}

/** The request in a redirect: its id, and where its answer goes. */
function readRequest(location: string) {
  const query = new URL(location).searchParams
  const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString('utf8')
  const of = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1] ?? ''
  const issuer = /Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? ''
  return {
    request: { id: of('ID'), acs: of('AssertionConsumerServiceURL'), issuer },
    relayState: query.get('RelayState') ?? '',
  }
}

function tagsOf(
  assertion: Assertion,
  {
    entityId,
    newId,
    request,
  }: { entityId: string; newId: () => string; request: ReturnType<typeof readRequest>['request'] },
) {
  const now = Date.now()
  const end = new Date(now + (assertion.validMs ?? 300_000)).toISOString()
  return {
    ...{ ID: newId(), AssertionID: newId(), IssueInstant: new Date(now).toISOString(), Destination: request.acs },
    ...{ Issuer: assertion.issuer ?? entityId, StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success' },
    ...{ NameID: assertion.nameId ?? assertion.email, NameIDFormat: assertion.nameIdFormat ?? emailFormat },
    ...{ InResponseTo: assertion.inResponseTo ?? request.id, SubjectRecipient: assertion.recipient ?? request.acs },
    ...{ SubjectConfirmationDataNotOnOrAfter: end, ConditionsNotOnOrAfter: end },
    ...{ ConditionsNotBefore: new Date(now - 3_600_000).toISOString(), Audience: assertion.audience ?? request.issuer },
  }
}
