import { type OidcIssuer, startOidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { made, succeed } from './support/calls.ts'
import { auditOf, plane, SsoBrowser, save } from './support/sso.ts'

const orgs = ['one', 'two', 'three']
const password = 'correct horse'
let api: TestApi
let issuer: OidcIssuer
let count = 0
beforeAll(async () => {
  api = await openTestApi({ egressAllowedRanges: ['127.0.0.0/8'] })
  const callbackUrls = orgs.map((org) => `${plane}/v1/auth/org/${org}/oidc/callback`)
  issuer = await startOidcIssuer({ clientId: 'atrium', clientSecret: 'hush-client', callbackUrls })
})
afterAll(async () => {
  issuer.stop()
  await api.close()
})

const oidc = (more: object = {}) => ({
  ...{ isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush-client', issuerUrl: issuer.url },
  scopes: ['openid', 'profile'],
  issuerTls: { caCertificateBase64: Buffer.from(issuer.caBundle).toString('base64') },
  ...more,
})

/** A tenant with an identity provider, and a user that was made there by hand, with a password and a key. */
async function newOrg() {
  const org = orgs[count++] ?? ''
  const tenant = await api.newTenant(org)
  await save(tenant, 'oidc/config', oidc())
  const user = await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Viewer' }])
  await succeed(tenant.call, `PUT /atrium/v1/users/${user.uid}/password`, { password })
  const setting = `/atrium/v1/tenants/${tenant.tenant.uid}/linkedUsers`
  const signIn = (emailId = user.email, typed = password): Promise<Answer> =>
    api.as({})('POST /v1/auth/authenticate', { body: { emailId, password: typed, org } })
  const bySso = (email = user.email): Promise<Answer> =>
    new SsoBrowser(api, issuer.caBundle).signInByOidc(org, issuer, { sub: email, email, email_verified: true })
  return { tenant, user, setting, signIn, bySso }
}
const ofProvider = { status: 403, body: { code: 'Forbidden', details: { reason: 'identityProvider' } } }

test('whoever is linked keeps password and keys, unless their organisation says otherwise', async () => {
  const { tenant, user, setting, signIn, bySso } = await newOrg()
  expect((await tenant.call(`GET ${setting}`)).body).toEqual({ isPasswordAllowed: true })
  const viewer = await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Viewer' }])
  expect((await viewer.call(`PUT ${setting}`, { body: { isPasswordAllowed: false } })).status).toBe(403)
  expect((await bySso()).status).toBe(200)
  const opened = await signIn()
  expect(opened.status).toBe(200)

  await succeed(tenant.call, `PUT ${setting}`, { isPasswordAllowed: false })
  expect(await signIn()).toMatchObject(ofProvider)
  expect((await signIn(user.email, 'a guess')).status, 'nobody else is told').toBe(401)
  expect(await api.as({})(`GET /v1/auth/refresh/${opened.body.Authorization}`)).toMatchObject(ofProvider)
  expect(await tenant.call(`POST /atrium/v1/users/${user.uid}/passwordLink`)).toMatchObject(ofProvider)
  expect(await tenant.call(`PUT /atrium/v1/users/${user.uid}/password`, { body: { password } })).toMatchObject(
    ofProvider,
  )
  const session = await bySso()
  expect((await api.as({})(`GET /v1/auth/refresh/${session.body.Authorization}`)).status).toBe(200)

  await save(tenant, 'oidc/config', oidc({ isSsoEnabled: false }))
  expect((await signIn()).status, 'no provider, no rule').toBe(200)
})

test('a link ends what was there before it, for whoever made the user may have kept it', async () => {
  const { tenant, user, setting, signIn, bySso } = await newOrg()
  await succeed(tenant.call, `PUT ${setting}`, { isPasswordAllowed: false })
  const before = await signIn()
  expect(before.status, 'not linked yet').toBe(200)
  expect((await bySso()).status).toBe(200)
  expect((await api.as({ Authorization: before.body.Authorization })('GET /v1/users/info')).status).toBe(401)
  expect((await user.call('GET /v1/users/info')).status).toBe(401)
  expect((await signIn()).status, 'there is no such password').toBe(401)
  expect(await auditOf(api, tenant.tenant.uid)).toContain(
    `link User ${user.email}: linked the user to oidc ${issuer.url} atrium; password and sessions from before ended, 1 keys disabled`,
  )
  const { Authorization } = (await bySso()).body
  const own = api.as({ Authorization })
  const uid = await made(own, 'POST /v1/apiKeys', { metadata: { name: 'of my own' }, spec: {} })
  expect((await tenant.call(`GET /v1/apiKeys/${uid}`)).body.status.isActive, 'keys from after it are theirs').toBe(true)
})

test('who was made a Tenant Admin by hand keeps a way in', async () => {
  const { tenant, setting, signIn, bySso } = await newOrg()
  await succeed(tenant.call, `PUT ${setting}`, { isPasswordAllowed: false })
  expect((await bySso(tenant.adminEmail)).status).toBe(200)
  expect((await signIn(tenant.adminEmail, tenant.adminPassword.reveal())).status).toBe(200)
  expect((await tenant.call('GET /v1/users/info')).status).toBe(200)
})
