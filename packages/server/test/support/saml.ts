import type { SamlIdp, SamlPerson, SaysOtherwise } from '@atrium/dev-env/saml-idp.ts'
import { expect } from 'vitest'
import type { Answer, TestApi } from './api.ts'
import { auditOf, type NewTenant, SsoBrowser, save } from './sso.ts'

/** A tenant whose people sign in by SAML. */
export type SamlOrg = NewTenant & { org: string; path: string; serviceMetadata: string }

export interface Way {
  by: SamlIdp
  /** What the provider says otherwise than it should. */
  says?: SaysOtherwise
  /** What the person has made of the signed answer on its way. */
  change?: (xml: string) => string
}

export const ada: SamlPerson = { email: 'ada@example.com' }
export const reasonOf = (answer: Answer): string | undefined => answer.body.details?.reason
export const base64Of = (text: string): string => Buffer.from(text).toString('base64')
export const textOf = (base64 = ''): string => Buffer.from(base64, 'base64').toString('utf8')

export const samlSettings = (metadata: string, more: object = {}) => ({
  ...{ isSsoEnabled: true, identityProvider: 'Okta', nameIdFormat: 'emailAddress', isSingleLogoutEnabled: true },
  federationMetadata: base64Of(metadata),
  attributes: ['FirstName', 'LastName', 'Email', 'SpectroTeam'].map((name) => ({ name, mappedAttribute: name })),
  ...more,
})

/** Sets sign-in up on both sides. */
export async function newSamlOrg(api: TestApi, idp: SamlIdp, more: object = {}): Promise<SamlOrg> {
  const tenant = await api.newTenant()
  await save(tenant, 'saml/config', samlSettings(idp.metadata, more))
  const { serviceProviderMetadata: serviceMetadata } = await samlConfigOf(tenant)
  const org = tenant.tenant.name
  idp.trust(serviceMetadata)
  return { ...tenant, org, path: `/v1/auth/org/${org}/saml`, serviceMetadata }
}

export const samlConfigOf = async ({
  call,
  tenant,
}: NewTenant): Promise<Record<string, string> & { serviceProviderMetadata: string }> =>
  (await call(`GET /v1/tenants/${tenant.uid}/saml/config`)).body

/** The form that a provider has sent back, for one sign-in of a browser. */
export async function formFor(browser: SsoBrowser, org: string, person: SamlPerson, { by, says = {} }: Way) {
  by.people.set('somebody', person)
  by.says = says
  try {
    return (await browser.signInAt(await browser.begin(org, 'saml'), 'somebody')).fields
  } finally {
    by.says = {}
  }
}

/** One sign-in in a new browser. */
export async function signInBySaml(
  api: TestApi,
  { org, path }: SamlOrg,
  person: SamlPerson,
  way: Way,
): Promise<Answer> {
  const mine = new SsoBrowser(api, way.by.caBundle)
  const form = await formFor(mine, org, person, way)
  if (!way.change) return mine.post(`${path}/callback`, form)
  const SAMLResponse = base64Of(way.change(textOf(form['SAMLResponse'])))
  return mine.post(`${path}/callback`, { ...form, SAMLResponse })
}

/** Why an answer was refused, as the administrator reads it. */
export async function whyNotSaml(api: TestApi, org: SamlOrg, person: SamlPerson, way: Way): Promise<string> {
  const answer = await signInBySaml(api, org, person, way)
  expect([answer.status, reasonOf(answer)], answer.text).toEqual([401, 'answerNotValid'])
  const lines = await auditOf(api, org.tenant.uid)
  return lines.at(-1) ?? ''
}
