import { X509Certificate } from 'node:crypto'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Parser, processors } from 'xml2js'
import { children, type XmlNode } from './saml-xml.ts'

/** What sign-in needs of an identity provider's metadata. */
export interface SamlProvider {
  entityId: string
  /** Where browsers are sent, by redirect. */
  signInUrl: string
  /** The same for logout; null = the provider offers none by redirect. */
  logoutUrl: string | null
  /** Certificates of the keys that sign its answers, base64 of DER. */
  certificates: string[]
}

const maxMetadataLength = 256 * 1024
const maxCertificates = 10
const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'

/** A declaration could define entities that grow without bound, or reach for files: documents of SAML have none. */
export const declaresTypes = (xml: string): boolean => /<!(?!--|\[CDATA\[)/.test(xml)

/** Reads the metadata. Rejects with an `Error` whose message says what is wrong with it. */
export async function readMetadata(xml: string): Promise<SamlProvider> {
  if (xml.length > maxMetadataLength) throw new Error(`is longer than ${maxMetadataLength} characters`)
  if (declaresTypes(xml)) throw new Error('holds a document type or entities, which metadata never needs')
  const document = await parseXml(xml)
  const entities = [document, ...children(document, 'EntitiesDescriptor')]
    .flatMap((node) => children(node, 'EntityDescriptor'))
    .filter((entity) => children(entity, 'IDPSSODescriptor').length > 0)
  const [entity] = entities
  const [role] = children(entity, 'IDPSSODescriptor')
  if (!entity || !role || entities.length > 1)
    throw new Error(`describes ${entities.length} identity providers instead of one`)
  const entityId = entity.$?.['entityID'] ?? ''
  if (entityId === '' || entityId.length > 1024) throw new Error('has no entityID')
  const signInUrl = locationOf(role, 'SingleSignOnService')
  if (signInUrl === null)
    throw new Error('has no SingleSignOnService with the binding HTTP-Redirect at an https address')
  const certificates = certificatesOf(role)
  if (certificates.length === 0) throw new Error('has no certificate for signatures')
  if (certificates.length > maxCertificates) throw new Error(`has more than ${maxCertificates} certificates`)
  if (!certificates.every(isCertificate)) throw new Error('has a certificate that cannot be read')
  return { entityId, signInUrl, logoutUrl: locationOf(role, 'SingleLogoutService'), certificates }
}

/** Rejects with an `Error` that says why it is no XML. */
export async function parseXml(xml: string): Promise<XmlNode> {
  const parser = new Parser({ explicitCharkey: true, explicitArray: true, tagNameProcessors: [processors.stripPrefix] })
  const root = (await parser.parseStringPromise(xml).catch((cause: unknown) => {
    throw new Error(`is no XML: ${messageOf(cause).split('\n')[0]}`, { cause })
  })) as Record<string, XmlNode> | null
  return Object.fromEntries(Object.entries(root ?? {}).map(([name, node]) => [name, [node]]))
}

function locationOf(role: XmlNode, service: string): string | null {
  const found = children(role, service).find((one) => one.$?.['Binding'] === redirectBinding)
  const location = found?.$?.['Location'] ?? ''
  return URL.canParse(location) && new URL(location).protocol === 'https:' ? location : null
}

function certificatesOf(role: XmlNode): string[] {
  return children(role, 'KeyDescriptor')
    .filter((key) => key.$?.['use'] !== 'encryption')
    .flatMap((key) => children(key, 'KeyInfo'))
    .flatMap((info) => children(info, 'X509Data'))
    .flatMap((data) => children(data, 'X509Certificate'))
    .map((certificate) => (certificate._ ?? '').replaceAll(/\s+/g, ''))
    .filter((certificate) => certificate !== '')
}

function isCertificate(base64: string): boolean {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')).raw.length > 0
  } catch {
    return false
  }
}
