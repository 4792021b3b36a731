import { createSamlIdentity, type SamlIdentity } from '@atrium/dev-env/saml-identity.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'
import { plane, save } from './support/sso.ts'

let api: TestApi
let issuer: SamlIdentity
beforeAll(async () => {
  api = await openTestApi()
  issuer = await createSamlIdentity('https://idp.test')
})
afterAll(() => api.close())

const ask = (route: string, query: Record<string, string>) => api.as({})(`GET ${route}`, { query })
const loginsOf = async (email: string) => (await ask('/atrium/v1/auth/logins', { email })).body.items
const oidc = { isSsoEnabled: true, clientId: 'atrium', clientSecret: 'x', issuerUrl: 'https://issuer.example/realm' }
const saml = () => ({ isSsoEnabled: true, federationMetadata: issuer.metadata, identityProvider: 'Okta' })

test('the domain of an e-mail leads to the provider of its tenant, with the address where a sign-in begins', async () => {
  const one = await api.newTenant('Routed One')
  await save(one, 'domains', { domains: ['Routed.example'] })
  await api.context.domains.vouch(operatorActor, one.tenant.uid, 'routed.example')
  expect(await loginsOf('ada@routed.example'), 'without single sign-on').toEqual([])
  await save(one, 'saml/config', saml())
  const login = {
    ...{ org: 'Routed One', protocol: 'saml', displayName: 'Okta' },
    url: `${plane}/atrium/v1/auth/org/Routed%20One/saml/login`,
  }
  expect(await loginsOf('ada@routed.example')).toEqual([login])
  expect(await loginsOf('nobody')).toEqual([])
})

test('an organisation with single sign-on is told by its name; every other name answers alike', async () => {
  const tenant = await api.newTenant('Told')
  await api.newTenant('Untold')
  await save(tenant, 'oidc/config', oidc)
  const of = async (orgName: string) => (await ask('/v1/auth/org', { orgName })).body
  const redirectUri = `${plane}/atrium/v1/auth/org/Told/oidc/login`
  const ssoLogins = [{ name: 'oidc', displayName: 'issuer.example', logo: '', redirectUri }]
  expect(await of('Told')).toMatchObject({ authType: 'sso', redirectUrl: redirectUri, ssoLogins })
  expect((await ask('/v1/auth/sso/logins', { org: 'Told' })).body).toEqual(ssoLogins)
  expect(await of('Untold')).toEqual({ ...(await of('Nobody at all')), orgName: 'Untold' })
  expect((await ask('/v1/auth/sso/idps', {})).body).toContainEqual({ id: 'keycloak', name: 'Keycloak' })
  expect((await ask('/v1/auth/sso/providers', {})).body).toEqual([])
  const [untold, nobody] = await Promise.all(
    ['Untold', 'Nobody'].map((org) => ask(`/atrium/v1/auth/org/${org}/oidc/login`, {})),
  )
  expect(untold?.body.details).toEqual({ reason: 'notEnabled' })
  expect(nobody?.body.message.replace('Nobody', 'Untold')).toBe(untold?.body.message)
})

test('settings that cannot work are refused where they are wrong', async () => {
  const { call, tenant } = await api.newTenant()
  const fieldOf = async (end: string, body: object) => {
    const answer = await call(`POST /v1/tenants/${tenant.uid}/${end}`, { body })
    return [answer.status, answer.body.details?.field]
  }
  const lax = { insecureSkipVerify: true }
  expect(await fieldOf('oidc/config', { ...oidc, issuerTls: lax })).toEqual([400, 'issuerTls.insecureSkipVerify'])
  const noCa = { caCertificateBase64: Buffer.from('no certificate').toString('base64') }
  expect(await fieldOf('oidc/config', { ...oidc, issuerTls: noCa })).toEqual([400, 'issuerTls.caCertificateBase64'])
  expect(await fieldOf('oidc/config', { ...oidc, issuerUrl: 'http://issuer.example' })).toEqual([400, 'issuerUrl'])
  for (const [metadata, why] of [
    ['<x/>', 'describes 0 identity providers'],
    ['no xml', 'is no XML'],
    [`<!DOCTYPE x [<!ENTITY e "x">]>${issuer.metadata}`, 'document type or entities'],
    [issuer.metadata.replaceAll('https://', 'http://'), 'at an https address'],
    [issuer.metadata.replace(/<X509Certificate>.*<\/X509Certificate>/s, ''), 'has no certificate'],
    [issuer.metadata.replace(/(X509Certificate>)/, '$1AAAA'), 'cannot be read'],
    ['<'.repeat(300_000), 'is longer than'],
  ] as const) {
    const answer = await call(`POST /v1/tenants/${tenant.uid}/saml/config`, {
      body: { ...saml(), federationMetadata: metadata },
    })
    expect([answer.status, answer.body.details?.field]).toEqual([400, 'federationMetadata'])
    expect(answer.body.message).toContain(why)
  }
  expect(await fieldOf('domains', { domains: ['example.com', 'no domain'] })).toEqual([400, 'domains'])
})

test('only whoever may do everything in the tenant says who is who', async () => {
  const { call, tenant } = await api.newTenant()
  const role = { metadata: { name: 'Setter' }, spec: { scope: 'tenant', permissions: ['tenant.get', 'tenant.update'] } }
  const { uid } = (await call('POST /v1/roles', { body: role })).body
  const setter = await api.newUser(tenant.uid, [])
  await call(`PUT /v1/users/${setter.uid}/roles`, { body: { roles: [uid] } })
  for (const [end, body] of [
    ['oidc/config', oidc],
    ['saml/config', saml()],
    ['domains', { domains: ['mine.example'] }],
  ] as const) {
    const answer = await setter.call(`POST /v1/tenants/${tenant.uid}/${end}`, { body })
    expect([end, answer.status]).toEqual([end, 403])
  }
  const off = await setter.call(`POST /v1/tenants/${tenant.uid}/oidc/config`, { body: { isSsoEnabled: false } })
  expect(off.status).toBe(204)
})
