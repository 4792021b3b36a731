import { definePublicOperation } from '../../operation.ts'

const names = ['Azure Active Directory', 'Okta', 'Keycloak', 'OneLogin', 'Microsoft ADFS', 'Others']

/** Names of providers as clients know them; any that speaks SAML 2.0 will do. */
export const V1SsoIdps = definePublicOperation('V1SsoIdps', async () =>
  names.map((name) => ({ id: name.toLowerCase().replaceAll(' ', '-'), name })),
)
