import type { samlUrls } from './settings.ts'

const binding = (name: string): string => `Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${name}"`
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' }
const attribute = (name: string, value: string): string =>
  `${name}="${value.replace(/[&<"]/g, (one) => escapes[one] ?? '')}"`

/** A key signs what is sent, and opens what was encrypted. */
function keysOf(certificate: string): string[] {
  const base64 = certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '')
  const info = `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo>`
  const methods = ['2009/xmlenc11#aes256-gcm', '2009/xmlenc11#aes128-gcm', '2001/04/xmlenc#rsa-oaep-mgf1p']
  const taken = methods.map((method) => `<EncryptionMethod Algorithm="http://www.w3.org/${method}"/>`).join('')
  return [
    `    <KeyDescriptor use="signing">${info}</KeyDescriptor>`,
    `    <KeyDescriptor use="encryption">${info}${taken}</KeyDescriptor>`,
  ]
}

/**
 * This server's own metadata, for the identity provider of a tenant. It is written here, for the library that reads answers costs
 * 22 MB, and everybody who looks at the settings would load it. `certificates`: PEM, first of the key that signs, then of the one that will;
 * none = there is no key yet.
 */
export const serviceMetadata = (
  { entityId, acs, logout, logoutByRedirect }: ReturnType<typeof samlUrls>,
  certificates: readonly string[],
): string =>
  [
    '<?xml version="1.0"?>',
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ${attribute('entityID', entityId)}>`,
    `  <SPSSODescriptor AuthnRequestsSigned="${certificates.length > 0}" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`,
    ...certificates.flatMap(keysOf),
    `    <SingleLogoutService ${binding('POST')} ${attribute('Location', logout)}/>`,
    `    <SingleLogoutService ${binding('Redirect')} ${attribute('Location', logoutByRedirect)}/>`,
    `    <AssertionConsumerService ${binding('POST')} ${attribute('Location', acs)} index="1" isDefault="true"/>`,
    '  </SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n')
