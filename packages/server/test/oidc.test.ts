import { createHash } from 'node:crypto'
import { type OidcIssuer, startOidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { openTestApi, type TestApi } from './support/api.ts'
import { auditOf, type NewTenant, newTeam, plane, SsoBrowser, save, teamsOf } from './support/sso.ts'

let api: TestApi
let issuer: OidcIssuer
let count = 0
const orgs = Array.from({ length: 30 }, (_, index) => `org ${index}`)

beforeAll(async () => {
  api = await openTestApi({ egressAllowedRanges: ['127.0.0.0/8'] })
  const callbackUrls = orgs.map((org) => `${plane}/v1/auth/org/${encodeURIComponent(org)}/oidc/callback`)
  issuer = await startOidcIssuer({ clientId: 'atrium', clientSecret: 'hush-client', callbackUrls })
})
beforeEach(() => {
  issuer.intercept = () => false
})
afterAll(async () => {
  issuer.stop()
  await api.close()
})

const settings = (more: object = {}) => ({
  ...{ isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush-client', issuerUrl: issuer.url },
  ...{
    scopes: ['openid', 'profile'],
    issuerTls: { caCertificateBase64: Buffer.from(issuer.caBundle).toString('base64') },
  },
  requiredClaims: { Email: 'email', FirstName: 'given_name', LastName: 'family_name', SpectroTeam: 'groups' },
  ...more,
})

/** A tenant whose people sign in by the issuer. */
async function newOrg(more: object = {}): Promise<NewTenant & { org: string }> {
  const org = orgs[count++] ?? ''
  const tenant = await api.newTenant(org)
  await save(tenant, 'oidc/config', settings(more))
  return { ...tenant, org }
}

const ada = {
  sub: 'ada-1',
  email: 'Ada@Example.com',
  email_verified: true,
  given_name: 'Ada',
  family_name: 'L',
  groups: [] as string[],
}
const browser = (): SsoBrowser => new SsoBrowser(api, issuer.caBundle)
const reasonOf = (answer: { body: { details?: { reason?: string } } }): string | undefined =>
  answer.body.details?.reason
const whoAmI = (token: string) => api.as({ Authorization: token })('GET /v1/users/info')

describe('sign-in by OpenID Connect', () => {
  test('makes the user at the first sign-in and finds them at the next, whatever their e-mail is then', async () => {
    const { org, call, tenant } = await newOrg()
    const first = await browser().signInByOidc(org, issuer, ada)
    expect(first.status, first.text).toBe(200)
    expect(first.body).toEqual({ Authorization: expect.any(String), isMfa: false })
    const { userUid } = (await whoAmI(first.body.Authorization)).body
    const user = (await call(`GET /v1/users/${userUid}`)).body
    expect(user).toMatchObject({
      spec: { emailId: 'ada@example.com', firstName: 'Ada', lastName: 'L', roles: [] },
      status: { isActive: true },
    })
    const second = await browser().signInByOidc(org, issuer, { ...ada, email: 'countess@example.com' })
    expect((await whoAmI(second.body.Authorization)).body.userUid).toBe(userUid)
    const trail = await auditOf(api, tenant.uid)
    expect(trail).toContain(`create User ada@example.com: made the user, who signs in by oidc ${issuer.url} atrium`)
    expect(trail).toContain(`signIn Session ada@example.com: signed in with oidc ${issuer.url} atrium`)
  })

  test('links a local user of that e-mail, whose password goes on', async () => {
    const tenant = await newOrg()
    const answer = await browser().signInByOidc(tenant.org, issuer, { ...ada, email: tenant.adminEmail })
    expect((await whoAmI(answer.body.Authorization)).body.userUid).toBe(tenant.adminUid)
    const body = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal(), org: tenant.org }
    expect((await api.as({})('POST /v1/auth/authenticate', { body })).status).toBe(200)
  })

  test('the e-mail of somebody who left makes nobody their user', async () => {
    const { org } = await newOrg()
    expect((await browser().signInByOidc(org, issuer, ada)).status).toBe(200)
    const other = await browser().signInByOidc(org, issuer, { ...ada, sub: 'another-ada' })
    expect([other.status, reasonOf(other)]).toEqual([403, 'otherPerson'])
  })

  test('a disabled user stays out, and their code is no way around it', async () => {
    const { org, call } = await newOrg()
    const { userUid } = (await whoAmI((await browser().signInByOidc(org, issuer, ada)).body.Authorization)).body
    await api.context.identity.updateUser(
      {
        tenant: (await api.context.identity.tenantByName(org))?.uid ?? '',
        actor: { type: 'operator', uid: 'o', name: 'o' },
      },
      ...([userUid, { isActive: false }] as [string, { isActive: boolean }]),
    )
    const refused = await browser().signInByOidc(org, issuer, ada)
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'userDisabled'])
    expect((await call(`GET /v1/users/${userUid}`)).body.status.isActive).toBe(false)
  })

  test('only verified e-mails of the domains of the tenant get in, and no more users than it may have', async () => {
    const tenant = await newOrg()
    await save(tenant, 'domains', { domains: ['Example.com', 'example.org'] })
    const attempt = async (more: object) =>
      reasonOf(await browser().signInByOidc(tenant.org, issuer, { ...ada, ...more }))
    expect(await attempt({ sub: 'x', email: 'eve@evil.test' })).toBe('emailDomain')
    expect(await attempt({ sub: 'x', email: 'eve@example.com.evil.test' })).toBe('emailDomain')
    expect(await attempt({ sub: 'x', email: 'eve@evil.test@example.com' })).toBe('noEmail')
    expect(await attempt({ sub: 'x', email_verified: false })).toBe('emailNotVerified')
    expect(await attempt({ sub: 'x', email: undefined })).toBe('noEmail')
    const limits = { resources: [{ kind: 'user', limit: 1 }] }
    await tenant.call(`PATCH /v1/tenants/${tenant.tenant.uid}/resourceLimits`, { body: limits })
    expect(await attempt({ sub: 'x' })).toBe('tooManyUsers')
    expect(await attempt({ sub: 'y', email: tenant.adminEmail })).toBe('emailDomain')
    const trail = await auditOf(api, tenant.tenant.uid)
    expect(trail.filter((line) => line.startsWith('refuseSignIn'))).toHaveLength(7)
    expect(trail.join()).toContain(
      "refuseSignIn Session eve@evil.test: E-mail addresses of 'evil.test' may not sign in",
    )
  })

  test('teams follow the claim; those given by hand stay', async () => {
    const tenant = await newOrg()
    const everybody = await newTeam(tenant, 'everybody')
    await save(tenant, 'oidc/config', settings({ defaultTeams: [everybody] }))
    for (const name of ['red', 'blue', 'green']) await newTeam(tenant, name)
    await browser().signInByOidc(tenant.org, issuer, { ...ada, groups: ['red', 'blue', 'unknown'] })
    const [user] = (await tenant.call('GET /v1/users')).body.items.filter(
      ({ spec }: { spec: { emailId: string } }) => spec.emailId === 'ada@example.com',
    )
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['blue', 'everybody', 'red'])
    const { items } = (await tenant.call('GET /v1/teams')).body
    const green = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'green').metadata
    await tenant.call(`PUT /v1/teams/${green.uid}`, {
      body: { metadata: { name: 'green' }, spec: { users: [user.metadata.uid] } },
    })
    await browser().signInByOidc(tenant.org, issuer, { ...ada, groups: 'blue' })
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['blue', 'everybody', 'green'])
    await browser().signInByOidc(tenant.org, issuer, { ...ada, groups: [] })
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['everybody', 'green'])
    expect(await auditOf(api, tenant.tenant.uid)).toContain(
      'setTeams User ada@example.com: by single sign-on into teams: none; out of teams: red',
    )
  })

  test('teams that the provider names are made when the tenant says so, without any rights, as far as its limit goes', async () => {
    const tenant = await newOrg({ syncSsoTeams: true })
    const limits = { resources: [{ kind: 'team', limit: 2 }] }
    await tenant.call(`PATCH /v1/tenants/${tenant.tenant.uid}/resourceLimits`, { body: limits })
    const answer = await browser().signInByOidc(tenant.org, issuer, { ...ada, groups: ['one', 'two', 'three'] })
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['one', 'two'])
    const { items } = (await tenant.call('GET /v1/teams')).body
    expect(items.map(({ spec }: { spec: object }) => spec)).toMatchObject([
      { sources: ['sso'], roles: [] },
      { sources: ['sso'], roles: [] },
    ])
    const mine = api.as({ Authorization: answer.body.Authorization })
    expect((await mine('GET /v1/teams')).status).toBe(403)
    expect((await auditOf(api, tenant.tenant.uid)).join()).toContain('left out 1 teams')
  })

  test('what the userinfo endpoint tells comes first; without an answer the ID token stands', async () => {
    const userInfo = {
      useUserInfo: true,
      claims: { Email: 'email', FirstName: 'given_name', LastName: 'family_name', SpectroTeam: 'roles' },
    }
    const tenant = await newOrg({ userInfo })
    for (const name of ['by-info', 'by-token']) await newTeam(tenant, name)
    const person = { ...ada, groups: ['by-token'], roles: ['by-info'] }
    await browser().signInByOidc(tenant.org, issuer, person)
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['by-info'])
    issuer.intercept = (request, response) => {
      if (request.url !== '/me') return false
      response.writeHead(500).end()
      return true
    }
    await browser().signInByOidc(tenant.org, issuer, person)
    expect(await teamsOf(tenant, 'ada@example.com')).toEqual(['by-token'])
    issuer.intercept = (request, response) => {
      if (request.url !== '/me') return false
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...person, sub: 'somebody-else' }))
      return true
    }
    expect(reasonOf(await browser().signInByOidc(tenant.org, issuer, person))).toBe('answerNotValid')
  })
})

describe('the authority of a provider', () => {
  test('is read as base64 of its PEM, however it was sent, and is there when nobody sent one', async () => {
    const { call, tenant, ...rest } = await newOrg()
    const read = async () => (await call(`GET /v1/tenants/${tenant.uid}/oidc/config`)).body.issuerTls
    const authority = {
      insecureSkipVerify: false,
      caCertificateBase64: Buffer.from(issuer.caBundle).toString('base64'),
    }
    expect(await read()).toEqual(authority)
    const pem = { caCertificateBase64: issuer.caBundle, insecureSkipVerify: false }
    await save({ ...rest, call, tenant }, 'oidc/config', settings({ issuerTls: pem }))
    expect(await read()).toEqual(authority)
    await save({ ...rest, call, tenant }, 'oidc/config', settings({ issuerTls: undefined }))
    expect(await read()).toEqual({ insecureSkipVerify: false, caCertificateBase64: '' })
  })
})

describe('a way back from a provider', () => {
  test('belongs to the browser, the tenant and the moment that began it, and works once', async () => {
    const [one, two] = [await newOrg(), await newOrg()]
    issuer.person = ada
    const mine = browser()
    const back = (await mine.follow(await mine.begin(one.org, 'oidc'))).url
    const stranger = await browser().comeBack(back)
    expect([stranger.status, reasonOf(stranger)]).toEqual([401, 'notBegunHere'])
    const elsewhere = await mine.comeBack(back.replace(encodeURIComponent(one.org), encodeURIComponent(two.org)))
    expect(reasonOf(elsewhere)).toBe('notBegunHere')
    const cookies = mine.cookiesOf(plane)
    expect((await mine.comeBack(back)).status).toBe(200)
    const replayed = await mine.visit(`GET ${back.slice(plane.length)}`, { headers: { cookie: cookies } })
    expect([replayed.status, reasonOf(replayed)]).toEqual([401, 'answerNotValid'])
  })

  test('is refused with another state, nonce, code, issuer or signature', async () => {
    const { org, tenant } = await newOrg()
    issuer.person = ada
    const attempt = async (change: (url: URL) => void): Promise<string | undefined> => {
      const mine = browser()
      const back = new URL((await mine.follow(await mine.begin(org, 'oidc'))).url)
      change(back)
      return reasonOf(await mine.comeBack(back.href))
    }
    const set = (name: string, value: string) => (url: URL) => url.searchParams.set(name, value)
    expect(await attempt(() => undefined), 'unchanged').toBeUndefined()
    expect(await attempt(set('state', 'x'.repeat(59)))).toBe('notBegunHere')
    expect(await attempt((url) => url.searchParams.delete('state'))).toBe('notBegunHere')
    expect(await attempt(set('code', 'another'))).toBe('answerNotValid')
    expect(await attempt(set('iss', 'https://evil.test'))).toBe('answerNotValid')
    const mine = browser()
    const authorize = new URL(await mine.begin(org, 'oidc'))
    expect(authorize.searchParams.get('code_challenge_method')).toBe('S256')
    authorize.searchParams.set('nonce', 'another')
    expect(reasonOf(await mine.comeBack((await mine.follow(authorize.href)).url))).toBe('answerNotValid')
    expect((await auditOf(api, tenant.uid)).join('\n')).toMatch(/refuseSignIn .*unexpected JWT claim value/)
  })

  test('an ID token of another key, or of a person who said no, lets nobody in', async () => {
    const { org } = await newOrg()
    issuer.intercept = (request, response) => {
      if (request.url !== '/jwks') return false
      const key = { kty: 'RSA', kid: 'first', use: 'sig', e: 'AQAB', n: Buffer.alloc(256, 0xc3).toString('base64url') }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [key] }))
      return true
    }
    expect(reasonOf(await browser().signInByOidc(org, issuer, ada))).toBe('answerNotValid')
    issuer.intercept = () => false
    const mine = browser()
    issuer.person = null
    const refused = await mine.comeBack((await mine.follow(await mine.begin(org, 'oidc'))).url)
    expect(reasonOf(refused)).toBe('providerRefused')
    expect(refused.body.message).toContain('the person said no')
  })

  test('that fails says so on a page of its own to a person, and leaks nothing', async () => {
    const { org, tenant } = await newOrg()
    const page = await browser().visit(`GET /v1/auth/org/${encodeURIComponent(org)}/oidc/callback?state=<script>`, {
      headers: { accept: 'text/html,*/*' },
    })
    expect(page.status).toBe(401)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(page.text).toContain('was not begun in this browser')
    expect(page.text).not.toContain('<script')
    await browser().signInByOidc(org, issuer, ada)
    const texts = JSON.stringify(await stateOf(api.ownerUrl, tenant.uid)) + (await auditOf(api, tenant.uid)).join()
    expect(texts).not.toMatch(/hush-client|eyJ/)
  })

  test('a provider that does not answer is said to the person, and why to the administrator alone', async () => {
    const { org, tenant, ...rest } = await newOrg()
    await save({ ...rest, tenant }, 'oidc/config', settings({ issuerUrl: 'https://127.0.0.1:1' }))
    const answer = await browser().visit(`GET /atrium/v1/auth/org/${encodeURIComponent(org)}/oidc/login`)
    expect([answer.status, reasonOf(answer)]).toEqual([401, 'providerUnreachable'])
    expect(answer.text).not.toContain('127.0.0.1')
    expect((await auditOf(api, tenant.uid)).join()).toContain('127.0.0.1')
  })

  test('no address of a private network is asked unless the operator allows it', async () => {
    const strict = await openTestApi()
    try {
      const tenant = await strict.newTenant('strict')
      await save(tenant, 'oidc/config', settings())
      const answer = await new SsoBrowser(strict).visit('GET /atrium/v1/auth/org/strict/oidc/login')
      expect(reasonOf(answer)).toBe('providerUnreachable')
      expect((await auditOf(strict, tenant.tenant.uid)).join()).toContain('is not a public address')
    } finally {
      await strict.close()
    }
  })
})

const verifier = 'v'.repeat(43)

/** What the browser of a person brings to a program on their machine. */
async function codeOf(org: string): Promise<string> {
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  issuer.person = ada
  const mine = browser()
  const there = await mine.begin(org, 'oidc', { port: '40123', challenge })
  const answer = await mine.comeBack((await mine.follow(there)).url)
  const location = new URL(String(answer.headers['location']))
  expect([answer.status, location.origin, answer.text]).toEqual([303, 'http://127.0.0.1:40123', ''])
  return location.searchParams.get('code') ?? ''
}

const exchange = (code: string, shown = verifier) =>
  api.as({})('POST /atrium/v1/auth/code', { body: { code, verifier: shown } })

describe('a session of single sign-on', () => {
  test('of a program is exchanged once, with its own verifier, and goes to this machine alone', async () => {
    const { org } = await newOrg()
    const code = await codeOf(org)
    expect((await whoAmI(code)).status, 'a code is no session').toBe(401)
    const answer = await exchange(code)
    expect((await whoAmI(answer.body.Authorization)).status).toBe(200)
    expect(reasonOf(await exchange(code))).toBe('codeNotValid')
    const stolen = await codeOf(org)
    expect(reasonOf(await exchange(stolen, 'w'.repeat(43)))).toBe('codeNotValid')
    expect(reasonOf(await exchange(stolen))).toBe('codeNotValid')
    const query = { port: '40123' }
    expect(
      (await browser().visit(`GET /atrium/v1/auth/org/${encodeURIComponent(org)}/oidc/login`, { query })).status,
    ).toBe(400)
  })

  test('is not got by a code from before what would have ended it: provider, password, sign-out, tenant', async () => {
    const tenant = await newOrg()
    const { org, call } = tenant
    const users = `/atrium/v1/users/${(await whoAmI((await exchange(await codeOf(org))).body.Authorization)).body.userUid}`
    const ends: [string, () => Promise<unknown>][] = [
      ['signed out', () => call(`DELETE ${users}/sessions`)],
      ['password', () => call(`PUT ${users}/password`, { body: { password: 'set by an administrator' } })],
      ['provider', () => save(tenant, 'oidc/config', settings({ isSsoEnabled: false }))],
    ]
    for (const [what, end] of ends) {
      const code = await codeOf(org)
      await end()
      expect(reasonOf(await exchange(code)), what).toBe('codeNotValid')
    }
    await save(tenant, 'oidc/config', settings())
    const code = await codeOf(org)
    const machine = api.as({ Authorization: `Bearer ${api.operatorToken}` })
    await machine(`POST /atrium/v1/tenants/${tenant.tenant.uid}/disable`)
    expect((await exchange(code)).body.code).toBe('TenantInactive')
    expect((await exchange(code, 'w'.repeat(43))).body.code).toBe('Unauthorized')
  })

  test('ends with the provider it came from, also after it was renewed; others go on', async () => {
    const tenant = await newOrg()
    const answer = await browser().signInByOidc(tenant.org, issuer, ada)
    const renewed = (await api.as({})(`GET /v1/auth/refresh/${answer.body.Authorization}`)).body.Authorization
    const local = await api.as({})('POST /v1/auth/authenticate', {
      body: { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal(), org: tenant.org },
    })
    await save(tenant, 'oidc/config', settings({ defaultTeams: [] }))
    expect((await whoAmI(renewed)).status).toBe(200)
    await save(tenant, 'oidc/config', settings({ clientId: 'another' }))
    expect((await whoAmI(renewed)).status).toBe(401)
    expect((await whoAmI(local.body.Authorization)).status).toBe(200)
  })

  test('is signed out here, and then at the provider', async () => {
    const { org } = await newOrg()
    const { Authorization } = (await browser().signInByOidc(org, issuer, ada)).body
    const out = await api.as({ Authorization })('POST /atrium/v1/auth/sign-out')
    const there = new URL(out.body.redirectUrl)
    expect(there.origin).toBe(issuer.url)
    expect(there.searchParams.get('post_logout_redirect_uri')).toBe(
      `${plane}/v1/auth/org/${encodeURIComponent(org)}/oidc/logout`,
    )
    expect((await whoAmI(Authorization)).status).toBe(401)
    expect((await api.as({})(`GET /v1/auth/org/${encodeURIComponent(org)}/oidc/logout`)).status).toBe(204)
  })
})
