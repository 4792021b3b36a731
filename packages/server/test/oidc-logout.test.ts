import { randomUUID } from 'node:crypto'
import { type OidcIssuer, startOidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { formOf } from '@atrium/dev-env/test-browser.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { auditOf, plane, SsoBrowser, save } from './support/sso.ts'

let api: TestApi
let issuer: OidcIssuer
let org: string
let tenantUid: string
const event = 'http://schemas.openid.net/event/backchannel-logout'

beforeAll(async () => {
  api = await openTestApi({ egressAllowedRanges: ['127.0.0.0/8'] })
  const callbackUrls = ['Ended', 'Other'].map((name) => `${plane}/v1/auth/org/${name}/oidc/callback`)
  issuer = await startOidcIssuer({ clientId: 'atrium', clientSecret: 'hush-client', callbackUrls })
  const tenant = await api.newTenant('Ended')
  ;[org, tenantUid] = [tenant.tenant.name, tenant.tenant.uid]
  await save(tenant, 'oidc/config', settings())
})
afterAll(async () => {
  issuer.stop()
  await api.close()
})

const settings = () => ({
  ...{ isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush-client', issuerUrl: issuer.url },
  ...{ scopes: ['openid', 'profile'], requiredClaims: { Email: 'email' } },
  issuerTls: { caCertificateBase64: Buffer.from(issuer.caBundle).toString('base64') },
})

const person = (sub: string) => ({ sub, email: `${sub}@example.com`, email_verified: true })
const browser = (): SsoBrowser => new SsoBrowser(api, issuer.caBundle)
const statusOf = async ({ body }: Answer): Promise<number> =>
  (await api.as({ Authorization: body.Authorization })('GET /v1/users/info')).status
const end = (token: string, at = org): Promise<Answer> =>
  browser().post(`/atrium/v1/auth/org/${at}/oidc/logout`, { logout_token: token })

/** What a provider says that ends the sessions of `sub`, changed as a test wants it. */
const claimsFor = (sub: string, more: object = {}) => {
  const now = Math.floor(Date.now() / 1000)
  const times = { iat: now, exp: now + 120, jti: randomUUID() }
  return { iss: issuer.url, aud: 'atrium', ...times, sub, events: { [event]: {} }, ...more }
}

test('a provider that signs a person out ends the session of that sign-in here, and no other', async () => {
  const [mine, elsewhere] = [browser(), browser()]
  const one = await mine.signInByOidc(org, issuer, person('ada'))
  const two = await elsewhere.signInByOidc(org, issuer, person('ada'))
  const asked = formOf(await mine.follow(`${issuer.url}/session/end`))
  await mine.follow(asked.action, { ...asked.fields, logout: 'yes' })
  expect(issuer.logoutTokens).toHaveLength(1)
  const answer = await end(issuer.logoutTokens[0] ?? '')
  expect([answer.status, answer.headers['cache-control']]).toEqual([204, 'no-store'])
  expect(await Promise.all([statusOf(one), statusOf(two)])).toEqual([401, 200])
  expect((await auditOf(api, tenantUid)).at(-1)).toMatch(/^signOut Session ada: ended 1 sessions, as the identity/)
})

test('a token that names a person alone ends all of their sessions, and only those of this tenant', async () => {
  const other = await api.newTenant('Other')
  await save(other, 'oidc/config', settings())
  const sessions = [
    await browser().signInByOidc(org, issuer, person('eve')),
    await browser().signInByOidc(org, issuer, person('eve')),
    await browser().signInByOidc(org, issuer, person('bob')),
    await browser().signInByOidc('Other', issuer, person('eve')),
  ]
  expect((await end(issuer.sign(claimsFor('eve')))).status).toBe(204)
  expect(await Promise.all(sessions.map(statusOf))).toEqual([401, 401, 200, 200])
})

test('a token is good once: shown again it ends nothing that was begun since', async () => {
  const token = issuer.sign(claimsFor('kay'))
  expect((await end(token)).status).toBe(204)
  const session = await browser().signInByOidc(org, issuer, person('kay'))
  const again = await end(token)
  expect([again.status, again.body.details?.reason]).toEqual([400, 'usedAlready'])
  expect(await statusOf(session)).toBe(200)
})

test('a token that is not of this provider, for this client, new, or a logout token ends nothing', async () => {
  const session = await browser().signInByOidc(org, issuer, person('dan'))
  const now = Math.floor(Date.now() / 1000)
  const good = claimsFor('dan')
  const forged = issuer
    .sign(good)
    .replace(/\.[^.]*\./, `.${Buffer.from(JSON.stringify({ ...good, x: 1 })).toString('base64url')}.`)
  const tokens: [string, string][] = [
    ['a signature of other claims', forged],
    ['no signature', issuer.sign(good, { alg: 'none' }).replace(/[^.]*$/, '')],
    ['a signature by the secret of the client', issuer.sign(good, { alg: 'HS256' })],
    ['a key that is not of the provider', issuer.sign(good, { kid: 'second' })],
    ['another type', issuer.sign(good, { typ: 'at+jwt' })],
    ['another issuer', issuer.sign({ ...good, iss: 'https://elsewhere.test' })],
    ['another client', issuer.sign({ ...good, aud: 'another' })],
    ['long ago', issuer.sign({ ...good, iat: now - 3600, exp: now + 120 })],
    ['expired', issuer.sign({ ...good, iat: now - 300, exp: now - 120 })],
    ['no moment', issuer.sign({ ...good, iat: undefined })],
    ['no id', issuer.sign({ ...good, jti: undefined })],
    ['an ID token', issuer.sign({ ...good, events: undefined, nonce: 'n' })],
    ['a nonce', issuer.sign({ ...good, nonce: 'n' })],
    ['another event', issuer.sign({ ...good, events: { 'https://elsewhere.test/event': {} } })],
    ['nobody', issuer.sign({ ...good, sub: undefined })],
    ['no name', issuer.sign({ ...good, sub: { $ne: '' } })],
    ['no token', 'x'],
    ['nothing', ''],
    ['too much', `${'x'.repeat(20_000)}.x.x`],
  ]
  for (const [what, token] of tokens) {
    const answer = await end(token)
    expect([what, answer.status, answer.body.details?.reason]).toEqual([what, 400, 'answerNotValid'])
  }
  expect(await statusOf(session)).toBe(200)
  expect((await end(issuer.sign(good), 'Nobody')).body.details?.reason).toBe('notEnabled')
  expect((await end(issuer.sign(good))).status, 'the same, unchanged').toBe(204)
  expect(await statusOf(session)).toBe(401)
  expect((await auditOf(api, tenantUid)).join()).not.toContain('eyJ')
})
