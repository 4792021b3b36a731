import type { samlUrls } from './settings.ts'

const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' }
const attribute = (name: string, value: string): string =>
  `${name}="${value.replace(/[&<"]/g, (one) => escapes[one] ?? '')}"`

/**
 * This server's own metadata, for the identity provider of a tenant. It is written here, for the library that reads answers costs
 * 22 MB, and everybody who looks at the settings would load it.
 */
export const serviceMetadata = ({ entityId, acs, logout }: ReturnType<typeof samlUrls>): string =>
  [
    '<?xml version="1.0"?>',
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ${attribute('entityID', entityId)}>`,
    '  <SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    `    <SingleLogoutService Binding="${post}" ${attribute('Location', logout)}/>`,
    `    <AssertionConsumerService Binding="${post}" ${attribute('Location', acs)} index="1" isDefault="true"/>`,
    '  </SPSSODescriptor>',
    '</EntityDescriptor>',
    '',
  ].join('\n')
