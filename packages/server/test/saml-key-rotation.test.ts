import { type SamlIdp, startSamlIdp } from '@atrium/dev-env/saml-idp.ts'
import { encryptionFor } from '@atrium/dev-env/saml-parts.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { openTestApi, type TestApi } from './support/api.ts'
import {
  ada,
  newSamlOrg,
  type SamlOrg,
  samlConfigOf,
  samlSettings,
  signInBySaml,
  type Way,
  whyNotSaml,
} from './support/saml.ts'
import { auditOf, save } from './support/sso.ts'

const dayMs = 86_400_000
let api: TestApi
let idp: SamlIdp
beforeAll(async () => {
  api = await openTestApi()
  idp = await startSamlIdp()
  idp.isEncrypting = true
})
afterAll(async () => {
  idp.stop()
  await api.close()
})

interface Key {
  use: string
  certificate: string
  notAfter: string
  message: string
}
const route = ({ tenant }: SamlOrg, rest = '') => `/atrium/v1/tenants/${tenant.uid}/saml/keys${rest}`
async function keysOf(org: SamlOrg): Promise<Record<string, Key>> {
  const { items } = (await org.call(`GET ${route(org)}`)).body
  return Object.fromEntries(items.map((key: Key) => [key.use, key]))
}
async function make(org: SamlOrg): Promise<Record<string, Key>> {
  const made = await org.call(`POST ${route(org)}`)
  expect(made.status, made.text).toBe(201)
  return keysOf(org)
}
const signIn = (org: SamlOrg, way: Partial<Way> = {}) => signInBySaml(api, org, ada, { by: idp, ...way })
const encryptedFor = (key: Key | undefined) => ({ says: encryptionFor(key?.certificate ?? '') })
/** Certificates as metadata names them, by use. */
const namedIn = (metadata: string, use: string): string[] =>
  [...metadata.matchAll(/<KeyDescriptor use="(\w+)">.*?<X509Certificate>([^<]*)</gs)].flatMap(([, of, base64 = '']) =>
    of === use ? [base64] : [],
  )
const base64Of = (key: Key | undefined): string => (key?.certificate ?? '').replaceAll(/-----[A-Z ]+-----|\s/g, '')

test('a new key takes the place of the old without a moment in which nobody signs in', async () => {
  const org = await newSamlOrg(api, idp)
  const { current: old } = await keysOf(org)
  const { current, next } = await make(org)
  expect(current?.certificate).toBe(old?.certificate)
  const { serviceProviderMetadata: both, certificate } = await samlConfigOf(org)
  expect(certificate).toBe(old?.certificate)
  for (const use of ['signing', 'encryption']) expect(namedIn(both, use)).toEqual([base64Of(old), base64Of(next)])
  await save(org, 'saml/config', samlSettings(idp.metadata, { identityProvider: 'Keycloak' }))
  expect((await keysOf(org))['next']).toEqual(next)

  expect((await signIn(org)).status, 'at a provider that knows the old key').toBe(200)
  expect((await signIn(org, encryptedFor(next))).status, 'encrypted for the new one').toBe(200)

  expect((await org.call(`POST ${route(org, '/activate')}`)).status).toBe(200)
  await expect(signIn(org), 'signed by the new key').rejects.toThrow('400 Signature check errors')
  const { serviceProviderMetadata: after } = await samlConfigOf(org)
  expect(namedIn(after, 'signing')).toEqual([base64Of(next)])
  idp.trust(after)
  expect((await signIn(org)).status).toBe(200)
  expect((await signIn(org, encryptedFor(old))).status, 'still encrypted for the old one').toBe(200)

  expect((await org.call(`DELETE ${route(org, '/former')}`)).status).toBe(204)
  expect(await whyNotSaml(api, org, ada, { by: idp, ...encryptedFor(old) })).toContain('cannot be opened')
  expect((await signIn(org)).status).toBe(200)
  expect(Object.keys(await keysOf(org))).toEqual(['current'])
  const kept = JSON.stringify([await keysOf(org), await stateOf(api.ownerUrl, org.tenant.uid)])
  expect(kept + (await auditOf(api, org.tenant.uid)).join()).not.toContain('PRIVATE KEY')
})

test('a next key that is deleted opens and signs nothing; what is not there cannot be taken', async () => {
  const org = await newSamlOrg(api, idp)
  const statusOf = async (method: string, rest = '') => (await org.call(`${method} ${route(org, rest)}`)).status
  expect(await statusOf('POST', '/activate')).toBe(404)
  expect(await statusOf('DELETE', '/former')).toBe(404)
  expect(await statusOf('DELETE', '/current')).toBe(400)
  const { next } = await make(org)
  expect(await statusOf('POST')).toBe(409)
  expect(await statusOf('DELETE', '/next')).toBe(204)
  expect(await whyNotSaml(api, org, ada, { by: idp, ...encryptedFor(next) })).toContain('cannot be opened')
  expect(await statusOf('POST', '/activate')).toBe(404)
  expect((await signIn(org)).status).toBe(200)
})

test('keys are changed by those who decide who signs in, once there is a first one', async () => {
  const org = await newSamlOrg(api, idp)
  const { call } = await api.newUser(org.tenant.uid, [{ role: 'Tenant Viewer' }])
  expect((await call(`POST ${route(org)}`)).status).toBe(403)
  expect((await call(`GET ${route(org)}`)).body.items).toHaveLength(1)
  const none = await api.newTenant()
  const refused = await none.call(`POST /atrium/v1/tenants/${none.tenant.uid}/saml/keys`)
  expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('settings of SAML are saved')])
  expect((await none.call(`GET /atrium/v1/tenants/${none.tenant.uid}/saml/keys`)).body).toEqual({ items: [] })
})

test('the end of a certificate is shown, and warned of three months before', async () => {
  const clock = new ManualClock()
  const later = await openTestApi({ clock })
  try {
    const org = await newSamlOrg(later, idp)
    const messageOf = async () => (await keysOf(org))['current']?.message
    const { current } = await keysOf(org)
    const end = Date.parse(current?.notAfter ?? '')
    expect(await messageOf()).toBe('Signs.')
    clock.set(end - 89.5 * dayMs - clock.now())
    expect(await messageOf()).toMatch(/^Warning: the certificate ends on \d{4}-\d\d-\d\d, in 89 days;/)
    clock.set(2 * 89.5 * dayMs)
    expect(await messageOf()).toMatch(/^Warning: the certificate ended on/)
    await make(org)
    expect(await messageOf()).toBe('Signs until the next one is activated.')
  } finally {
    await later.close()
  }
})
