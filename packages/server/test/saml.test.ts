import { type Assertion, createSamlIssuer, type SamlIssuer } from '@atrium/dev-env/saml-issuer.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import { auditOf, type NewTenant, newTeam, plane, SsoBrowser, save, teamsOf } from './support/sso.ts'

let api: TestApi
let issuer: SamlIssuer
let stranger: SamlIssuer
beforeAll(async () => {
  api = await openTestApi()
  issuer = await createSamlIssuer('https://idp.test/metadata')
  stranger = await createSamlIssuer('https://stranger.test/metadata')
})
afterAll(() => api.close())

type Org = NewTenant & { org: string; path: string; serviceMetadata: string }

const settings = (metadata: string, more: object = {}) => ({
  ...{ isSsoEnabled: true, identityProvider: 'Okta', nameIdFormat: 'emailAddress', isSingleLogoutEnabled: true },
  federationMetadata: Buffer.from(metadata).toString('base64'),
  attributes: ['FirstName', 'LastName', 'Email', 'SpectroTeam'].map((name) => ({ name, mappedAttribute: name })),
  ...more,
})

async function newOrg(more: object = {}, metadata = issuer.metadata): Promise<Org> {
  const tenant = await api.newTenant()
  await save(tenant, 'saml/config', settings(metadata, more))
  const { body } = await tenant.call(`GET /v1/tenants/${tenant.tenant.uid}/saml/config`)
  const org = tenant.tenant.name
  return { ...tenant, org, path: `/v1/auth/org/${org}/saml`, serviceMetadata: body.serviceProviderMetadata }
}

const ada: Assertion = { email: 'ada@example.com' }
const reasonOf = (answer: Answer): string | undefined => answer.body.details?.reason
const whoAmI = (token: string) => api.as({ Authorization: token })('GET /v1/users/info')

interface Way {
  by?: SamlIssuer
  /** Changes the signed answer. */
  change?: (xml: string) => string
}

/** One sign-in in a new browser. */
async function signIn(
  { org, path, serviceMetadata }: Org,
  assertion: Assertion,
  { by = issuer, change }: Way = {},
): Promise<Answer> {
  const mine = new SsoBrowser(api)
  const form = await by.answer(await mine.begin(org, 'saml'), serviceMetadata, assertion)
  const xml = Buffer.from(form.SAMLResponse, 'base64').toString('utf8')
  const SAMLResponse = change ? Buffer.from(change(xml)).toString('base64') : form.SAMLResponse
  return mine.post(`${path}/callback`, { ...form, SAMLResponse })
}

/** Why an answer was refused, as the administrator reads it. */
async function whyNot(org: Org, assertion: Assertion, way: Way = {}): Promise<string> {
  const answer = await signIn(org, assertion, way)
  expect([answer.status, reasonOf(answer)], answer.text).toEqual([401, 'answerNotValid'])
  const lines = await auditOf(api, org.tenant.uid)
  return lines.at(-1) ?? ''
}

describe('sign-in by SAML', () => {
  test('makes a user in the teams that the assertion names, and finds them again', async () => {
    const org = await newOrg()
    for (const name of ['red', 'blue']) await newTeam(org, name)
    const first = await signIn(org, { ...ada, teams: ['red'] })
    expect(first.status, first.text).toBe(200)
    expect(await teamsOf(org, ada.email)).toEqual(['red'])
    const second = await signIn(org, { ...ada, teams: ['blue', 'red & blue'] })
    expect(await teamsOf(org, ada.email)).toEqual(['blue'])
    const [one, two] = [await whoAmI(first.body.Authorization), await whoAmI(second.body.Authorization)]
    expect(one.body).toEqual(two.body)
    expect((await auditOf(api, org.tenant.uid)).join()).toContain(`signed in with saml ${issuer.entityId} email`)
  })

  test('by a lasting name knows a person by it, whatever their e-mail is', async () => {
    const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
    const org = await newOrg({ nameIdFormat: format })
    const lasting = { nameId: 'f3b1', nameIdFormat: format }
    const first = await signIn(org, { ...ada, ...lasting })
    const second = await signIn(org, { email: 'countess@example.com', ...lasting })
    expect((await whoAmI(second.body.Authorization)).body).toEqual((await whoAmI(first.body.Authorization)).body)
    expect(reasonOf(await signIn(org, { ...ada, ...lasting, nameId: 'another' }))).toBe('otherPerson')
    expect(await whyNot(org, ada)).toContain('instead of the persistent one')
  })

  test('tells the provider what it needs, at the address at which it was set up', async () => {
    const { serviceMetadata, org } = await newOrg()
    expect(serviceMetadata).toContain(`entityID="${plane}/v1/auth/org/${org}/saml"`)
    expect(serviceMetadata).toContain(`Location="${plane}/v1/auth/org/${org}/saml/callback"`)
    expect(serviceMetadata).toContain('WantAssertionsSigned="true"')
  })

  test('takes an answer that is signed as a whole, too', async () => {
    const org = await newOrg()
    const whole = {
      ...org,
      serviceMetadata: org.serviceMetadata.replace('WantAssertionsSigned="true"', 'WantAssertionsSigned="false"'),
    }
    expect((await signIn(whole, ada)).status).toBe(200)
  })
})

describe('an assertion lets nobody in', () => {
  let org: Org
  beforeAll(async () => {
    org = await newOrg()
  })

  test('that another provider signed, for this tenant or for another of its own', async () => {
    expect(await whyNot(org, { ...ada, issuer: issuer.entityId }, { by: stranger })).toContain('Invalid signature')
    const theirs = await newOrg({}, stranger.metadata)
    expect(await whyNot(theirs, { ...ada, issuer: stranger.entityId }, { by: issuer })).toContain('Invalid signature')
    expect((await signIn(theirs, ada, { by: stranger })).status).toBe(200)
  })

  test('of another tenant of the same provider', async () => {
    const other = await newOrg()
    const mine = new SsoBrowser(api)
    const form = await issuer.answer(await mine.begin(other.org, 'saml'), other.serviceMetadata, ada)
    const carried = await mine.post(`${org.path}/callback`, form)
    expect(reasonOf(carried)).toBe('notBegunHere')
    expect((await mine.post(`${other.path}/callback`, form)).status).toBe(200)
  })

  test('that is for another service, address or request', async () => {
    expect(await whyNot(org, { ...ada, audience: 'https://elsewhere.test' })).toContain('audience mismatch')
    expect(await whyNot(org, { ...ada, recipient: 'https://elsewhere.test/acs' })).toContain(
      "it is for 'https://elsewhere.test/acs'",
    )
    expect(await whyNot(org, { ...ada, inResponseTo: '_another' })).toContain('InResponseTo is not valid')
    expect(await whyNot(org, { ...ada, issuer: 'https://elsewhere.test' })).toContain(
      "it is of 'https://elsewhere.test'",
    )
  })

  test('by the name that a request gives this server: a service that is called like it gets nothing of its assertions', async () => {
    const mine = new SsoBrowser(api)
    const evil = org.serviceMetadata.replaceAll(plane, 'https://evil.test')
    const acs = `https://evil.test${org.path}/callback`
    const form = await issuer.answer(await mine.begin(org.org, 'saml'), evil, {
      ...{ ...ada, audience: `https://evil.test${org.path}`, recipient: acs },
    })
    const answer = await mine.post(`${org.path}/callback`, form, { host: 'evil.test' })
    expect(reasonOf(answer)).toBe('answerNotValid')
  })

  test('that has expired, or was shown before', async () => {
    expect(await whyNot(org, { ...ada, validMs: -120_000 })).toMatch(/expired|No valid subject confirmation/)
    const mine = new SsoBrowser(api)
    const form = await issuer.answer(await mine.begin(org.org, 'saml'), org.serviceMetadata, ada)
    const cookies = mine.cookiesOf(plane)
    expect((await mine.post(`${org.path}/callback`, form)).status).toBe(200)
    expect(reasonOf(await mine.post(`${org.path}/callback`, form, { cookie: cookies }))).toBe('usedAlready')
    expect(reasonOf(await new SsoBrowser(api).post(`${org.path}/callback`, form))).toBe('notBegunHere')
    expect(reasonOf(await mine.post(`${org.path}/callback`, { ...form, RelayState: '' }))).toBe('notBegunHere')
  })

  test('that was changed, is not signed, or stands beside a signed one', async () => {
    const swap = (xml: string): string => xml.replaceAll('ada@example.com', 'eve@example.com')
    expect(await whyNot(org, ada, { change: swap })).toContain('Invalid signature')
    const unsigned = (xml: string): string => xml.replace(/<ds:Signature.*<\/ds:Signature>/s, '')
    expect(await whyNot(org, ada, { change: unsigned })).toContain('Invalid signature')
    const assertionOf = (xml: string): string => /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml)?.[0] ?? ''
    const forgedOf = (xml: string): string => swap(unsigned(assertionOf(xml))).replace(/ ID="[^"]*"/, ' ID="_forged"')
    const wraps: ((xml: string) => string)[] = [
      (xml) => xml.replace('<saml:Assertion', `${forgedOf(xml)}<saml:Assertion`),
      (xml) => xml.replace('</samlp:Response>', `${forgedOf(xml)}</samlp:Response>`),
      // The signed one moves into an extension, the forged one takes its place.
      (xml) =>
        xml.replace(assertionOf(xml), `<samlp:Extensions>${assertionOf(xml)}</samlp:Extensions>${forgedOf(xml)}`),
      // The forged one carries the signature of the signed one inside of it.
      (xml) => {
        const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(xml)?.[0] ?? ''
        const inside = signature.replace(
          '</ds:Signature>',
          `<ds:Object>${unsigned(assertionOf(xml))}</ds:Object></ds:Signature>`,
        )
        return xml.replace(assertionOf(xml), forgedOf(xml).replace('</saml:Issuer>', `</saml:Issuer>${inside}`))
      },
      // Both have the same id.
      (xml) => xml.replace('<saml:Assertion', `${swap(unsigned(assertionOf(xml)))}<saml:Assertion`),
    ]
    for (const change of wraps) expect(await whyNot(org, ada, { change })).toContain('refuseSignIn')
    const { items } = (await org.call('GET /v1/users')).body
    expect(JSON.stringify(items)).not.toContain('eve@')
  })

  test('as somebody whose name a comment cuts out of it: it means the whole name', async () => {
    const whole = 'ada@example.com.evil.test'
    // The comment is no part of what was signed, so the signature still holds.
    const change = (xml: string): string => xml.replaceAll(whole, 'ada@example.com<!-- -->.evil.test')
    const answer = await signIn(org, { email: whole }, { change })
    const { userUid } = (await whoAmI(answer.body.Authorization)).body
    expect((await org.call(`GET /v1/users/${userUid}`)).body.spec.emailId).toBe(whole)
  })

  test('that declares entities, is huge, nests deep or is no XML at all', async () => {
    const entities = Array.from(
      { length: 9 },
      (_, depth) => `<!ENTITY e${depth + 1} "${`&e${depth};`.repeat(300)}">`,
    ).join('')
    const bomb = (xml: string): string =>
      `<!DOCTYPE x [<!ENTITY e0 "lol">${entities.slice(0, 20_000)}]>${xml.replace('ada@example.com', '&e1;')}`
    expect(await whyNot(org, ada, { change: bomb })).toContain('document type or entities')
    expect(await whyNot(org, ada, { change: (xml) => `<!DOCTYPE x SYSTEM "file:///etc/passwd">${xml}` })).toContain(
      'document type',
    )
    const deep = '<a>'.repeat(4_000) + '</a>'.repeat(4_000)
    expect(
      await whyNot(org, ada, { change: (xml) => xml.replace('<saml:Conditions', `${deep}<saml:Conditions`) }),
    ).toContain('refuseSignIn')
    expect(await whyNot(org, ada, { change: () => 'no xml' })).toContain('refuseSignIn')
    expect(await whyNot(org, ada, { change: () => '' })).toContain('refuseSignIn')
    const huge = await new SsoBrowser(api).post(`${org.path}/callback`, {
      SAMLResponse: 'A'.repeat(70_000),
      RelayState: 'x',
    })
    expect(huge.status).toBe(413)
  })

  test('is nowhere in what is kept', async () => {
    await signIn(org, { ...ada, sessionIndex: 'index-of-session' })
    const texts =
      JSON.stringify(await stateOf(api.ownerUrl, org.tenant.uid)) + (await auditOf(api, org.tenant.uid)).join()
    expect(texts).not.toMatch(/SubjectConfirmation|SignatureValue/)
  })
})

describe('single logout', () => {
  test('by the provider ends the sessions of that person, of one sign-in or of all', async () => {
    const org = await newOrg()
    const [one, two] = [
      await signIn(org, { ...ada, sessionIndex: 'a' }),
      await signIn(org, { ...ada, sessionIndex: 'b' }),
    ]
    const other = await signIn(org, { email: 'bob@example.com' })
    const end = (SAMLRequest: string) => new SsoBrowser(api).post(`${org.path}/logout`, { SAMLRequest })
    const statuses = async () =>
      Promise.all([one, two, other].map(async ({ body }) => (await whoAmI(body.Authorization)).status))
    expect(reasonOf(await end(stranger.logoutRequest(ada.email)))).toBe('answerNotValid')
    expect(await statuses()).toEqual([200, 200, 200])
    const ended = await end(issuer.logoutRequest(ada.email, 'a'))
    expect([ended.status, String(ended.headers['location']).split('?')[0]]).toEqual([303, `${issuer.entityId}/slo`])
    expect(await statuses()).toEqual([401, 200, 200])
    await end(issuer.logoutRequest(ada.email))
    expect(await statuses()).toEqual([401, 401, 200])
  })

  test('from here ends the session, and leads to the provider where the tenant says so', async () => {
    const org = await newOrg()
    const out = async (): Promise<string> => {
      const { Authorization } = (await signIn(org, ada)).body
      const answer = await api.as({ Authorization })('POST /atrium/v1/auth/sign-out')
      expect((await whoAmI(Authorization)).status).toBe(401)
      return answer.body.redirectUrl
    }
    const there = new URL(await out())
    expect([there.origin + there.pathname, there.searchParams.has('SAMLRequest')]).toEqual([
      `${issuer.entityId}/slo`,
      true,
    ])
    await save(org, 'saml/config', settings(issuer.metadata, { isSingleLogoutEnabled: false }))
    expect(await out()).toBe('')
  })
})
