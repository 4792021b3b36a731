import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type SamlIdp, type SamlPerson, type SaysOtherwise, startSamlIdp } from '@atrium/dev-env/saml-idp.ts'
import { formOf } from '@atrium/dev-env/test-browser.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { type Answer, openTestApi, type TestApi } from './support/api.ts'
import {
  ada,
  base64Of,
  formFor as formOfProvider,
  newSamlOrg,
  type SamlOrg as Org,
  reasonOf,
  samlSettings as settings,
  signInBySaml,
  textOf,
  type Way,
  whyNotSaml,
} from './support/saml.ts'
import { auditOf, newTeam, plane, SsoBrowser, save, teamsOf } from './support/sso.ts'

let api: TestApi
let idp: SamlIdp
let stranger: SamlIdp
beforeAll(async () => {
  api = await openTestApi()
  idp = await startSamlIdp()
  stranger = await startSamlIdp()
})
afterAll(async () => {
  idp.stop()
  stranger.stop()
  await api.close()
})

const newOrg = (more: object = {}, by = idp): Promise<Org> => newSamlOrg(api, by, more)
const formFor = (browser: SsoBrowser, org: string, person: SamlPerson, way: Partial<Way> = {}) =>
  formOfProvider(browser, org, person, { by: idp, ...way })
const signIn = (org: Org, person: SamlPerson, way: Partial<Way> = {}) =>
  signInBySaml(api, org, person, { by: idp, ...way })
const whyNot = (org: Org, person: SamlPerson, way: Partial<Way> = {}) =>
  whyNotSaml(api, org, person, { by: idp, ...way })
const whoAmI = (token: string) => api.as({ Authorization: token })('GET /v1/users/info')

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
    expect((await auditOf(api, org.tenant.uid)).join()).toContain(`signed in with saml ${idp.entityId} email`)
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
    const says = { signResponse: true, signAssertion: false }
    expect((await signIn(org, ada, { says })).status).toBe(200)
    const change = (xml: string): string => xml.replaceAll('ada@example.com', 'eve@example.com')
    expect(await whyNot(org, ada, { says, change })).toContain('Invalid signature')
  })

  test('leads to the page of the provider, whose refusal is no way in', async () => {
    const org = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    const login = await mine.begin(org.org, 'saml')
    expect(new URL(login).origin + new URL(login).pathname).toBe(`${idp.url}/sso`)
    await expect(mine.signInAt(login, 'nobody that it knows')).rejects.toThrow('401 who is that?')
    const unknown = await api.newTenant()
    await save(unknown, 'saml/config', settings(idp.metadata))
    await expect(formFor(new SsoBrowser(api, idp.caBundle), unknown.tenant.name, ada)).rejects.toThrow(
      'no service of this',
    )
  })
})

describe('an assertion lets nobody in', () => {
  let org: Org
  beforeAll(async () => {
    org = await newOrg()
  })

  test('that another provider signed, for this tenant or for another of its own', async () => {
    const says = { issuer: idp.entityId }
    stranger.trust(org.serviceMetadata)
    const mine = new SsoBrowser(api, stranger.caBundle)
    stranger.people.set('somebody', ada)
    stranger.says = says
    // As whoever is sent there by a trick: the request of this very sign-in, shown to another provider.
    const there = (await mine.begin(org.org, 'saml')).replace(idp.url, stranger.url)
    const forged = await mine.post(`${org.path}/callback`, (await mine.signInAt(there, 'somebody')).fields)
    stranger.says = {}
    expect(reasonOf(forged)).toBe('answerNotValid')
    expect((await auditOf(api, org.tenant.uid)).at(-1)).toContain('Invalid signature')
    const theirs = await newOrg({}, stranger)
    expect((await signIn(theirs, ada, { by: stranger })).status).toBe(200)
  })

  test('of another tenant of the same provider', async () => {
    const other = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    const form = await formFor(mine, other.org, ada)
    const carried = await mine.post(`${org.path}/callback`, form)
    expect(reasonOf(carried)).toBe('notBegunHere')
    expect((await mine.post(`${other.path}/callback`, form)).status).toBe(200)
  })

  test('that is for another service, address or request', async () => {
    const why = (says: SaysOtherwise): Promise<string> => whyNot(org, ada, { says })
    expect(await why({ audience: 'https://elsewhere.test' })).toContain('audience mismatch')
    expect(await why({ recipient: 'https://elsewhere.test/acs' })).toContain("it is for 'https://elsewhere.test/acs'")
    expect(await why({ inResponseTo: '_another' })).toContain('InResponseTo is not valid')
    expect(await why({ issuer: 'https://elsewhere.test' })).toContain("it is of 'https://elsewhere.test'")
    // What the envelope says is not signed: the assertion itself must answer this request.
    const mine = new SsoBrowser(api, idp.caBundle)
    const requestOf = (xml: string): string => / InResponseTo="([^"]*)"/.exec(xml)?.[1] ?? ''
    const other = textOf((await formFor(mine, org.org, ada))['SAMLResponse'])
    const change = (xml: string): string => other.replace(requestOf(other), requestOf(xml))
    expect(await whyNot(org, ada, { change })).toMatch(/InResponseTo does not match|answers no request/)
  })

  test('by the name that a request gives this server: a service that is called like it gets nothing of its assertions', async () => {
    const mine = new SsoBrowser(api, idp.caBundle)
    const says = { audience: `https://evil.test${org.path}`, recipient: `https://evil.test${org.path}/callback` }
    const form = await formFor(mine, org.org, ada, { says })
    const answer = await mine.post(`${org.path}/callback`, form, { host: 'evil.test' })
    expect(reasonOf(answer)).toBe('answerNotValid')
  })

  test('that has expired, or was shown before', async () => {
    expect(await whyNot(org, ada, { says: { lifetimeInSeconds: -120 } })).toMatch(
      /expired|No valid subject confirmation/,
    )
    const mine = new SsoBrowser(api, idp.caBundle)
    const form = await formFor(mine, org.org, ada)
    const cookies = mine.cookiesOf(plane)
    expect((await mine.post(`${org.path}/callback`, form)).status).toBe(200)
    expect(reasonOf(await mine.post(`${org.path}/callback`, form, { cookie: cookies }))).toBe('usedAlready')
    expect(reasonOf(await new SsoBrowser(api).post(`${org.path}/callback`, form))).toBe('notBegunHere')
    expect(reasonOf(await mine.post(`${org.path}/callback`, { ...form, RelayState: '' }))).toBe('notBegunHere')
  })

  test('that was changed, is not signed, or stands beside a signed one', async () => {
    const swap = (xml: string): string => xml.replaceAll('ada@example.com', 'eve@example.com')
    expect(await whyNot(org, ada, { change: swap })).toContain('Invalid signature')
    const unsigned = (xml: string): string => xml.replace(/<Signature.*<\/Signature>/s, '')
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
        const signature = /<Signature.*<\/Signature>/s.exec(xml)?.[0] ?? ''
        const inside = signature.replace('</Signature>', `<Object>${unsigned(assertionOf(xml))}</Object></Signature>`)
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
    await signIn(org, ada)
    const texts =
      JSON.stringify(await stateOf(api.ownerUrl, org.tenant.uid)) + (await auditOf(api, org.tenant.uid)).join()
    expect(texts).not.toMatch(/SubjectConfirmation|SignatureValue/)
  })
})

/** The request, for somebody else. */
const requestFor = (email: string, request: string): string =>
  deflateRawSync(inflateRawSync(Buffer.from(request, 'base64')).toString().replace(ada.email, email)).toString('base64')

describe('single logout', () => {
  const statusOf = async ({ body }: Answer): Promise<number> => (await whoAmI(body.Authorization)).status

  test('by the provider ends the session of that sign-in, and tells it so', async () => {
    const org = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    const one = await mine.post(`${org.path}/callback`, await formFor(mine, org.org, ada))
    const two = await signIn(org, ada)
    const { action, fields } = formOf(await mine.follow(`${idp.url}/slo`))
    expect(action).toBe(`${plane}${org.path}/logout`)
    const forged = base64Of(textOf(fields['SAMLRequest']).replace(ada.email, 'bob@example.com'))
    expect(reasonOf(await mine.post(`${org.path}/logout`, { ...fields, SAMLRequest: forged }))).toBe('answerNotValid')
    expect(await Promise.all([statusOf(one), statusOf(two)])).toEqual([200, 200])
    const ended = await mine.post(`${org.path}/logout`, fields)
    expect(await Promise.all([statusOf(one), statusOf(two)])).toEqual([401, 200])
    const back = String(ended.headers['location'])
    expect([ended.status, back.split('?')[0]]).toEqual([303, `${idp.url}/slo`])
    expect((await mine.follow(back)).status).toBe(200)
    expect((await mine.follow(`${idp.url}/slo`)).text, 'signed out there').toContain('name="password"')
  })

  test('by a redirect of the provider does the same, as far as it is signed and whole', async () => {
    const org = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    idp.asksByRedirect = true
    const session = await mine.post(`${org.path}/callback`, await formFor(mine, org.org, ada))
    idp.asksByRedirect = false
    const { url } = await mine.follow(`${idp.url}/slo`)
    const asked = new URL(url)
    expect(asked.pathname).toBe(`/atrium/v1/auth/org/${org.org}/saml/logout`)
    const [request = ''] = asked.searchParams.getAll('SAMLRequest')
    const changes: [string, (of: URLSearchParams) => void][] = [
      ['is not signed', (of) => of.delete('Signature')],
      ['is not signed', (of) => of.delete('SigAlg')],
      ['set the provider to SHA-256', (of) => of.set('SigAlg', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1')],
      ['stands there twice', (of) => of.append('SAMLRequest', request)],
      ['Invalid query signature', (of) => of.set('RelayState', 'another')],
      ['Invalid query signature', (of) => of.set('SAMLRequest', requestFor('bob@example.com', request))],
      ['too large', (of) => of.set('SAMLRequest', deflateRawSync(Buffer.alloc(4_000_000)).toString('base64'))],
      ['cannot be unpacked', (of) => of.set('SAMLRequest', base64Of('no deflated text'))],
    ]
    for (const [why, change] of changes) {
      const changed = new URL(url)
      change(changed.searchParams)
      expect(reasonOf(await mine.comeBack(changed.href)), why).toBe('answerNotValid')
      expect((await auditOf(api, org.tenant.uid)).at(-1)).toContain(why)
    }
    expect(await statusOf(session)).toBe(200)
    const ended = await mine.comeBack(url)
    expect([ended.status, await statusOf(session)]).toEqual([303, 401])
    expect((await mine.follow(String(ended.headers['location']))).status).toBe(200)
    expect((await mine.follow(`${idp.url}/slo`)).text, 'signed out there').toContain('name="password"')
  })

  test('of another provider, or of a tenant that has none, ends nothing', async () => {
    const [org, quiet] = [await newOrg(), await newOrg({ isSingleLogoutEnabled: false })]
    stranger.trust(org.serviceMetadata)
    const theirs = await newOrg({}, stranger)
    const evil = new SsoBrowser(api, stranger.caBundle)
    await formFor(evil, theirs.org, ada, { by: stranger })
    const { fields } = formOf(await evil.follow(`${stranger.url}/slo`))
    const session = await signIn(org, ada)
    expect(reasonOf(await evil.post(`${org.path}/logout`, fields))).toBe('answerNotValid')
    expect(await statusOf(session)).toBe(200)
    const mine = new SsoBrowser(api, idp.caBundle)
    const other = await mine.post(`${quiet.path}/callback`, await formFor(mine, quiet.org, ada))
    const asked = formOf(await mine.follow(`${idp.url}/slo`))
    expect(reasonOf(await mine.post(`${quiet.path}/logout`, asked.fields))).toBe('notEnabled')
    expect(await statusOf(other)).toBe(200)
  })

  test('is not what an answer to a sign-in asks for, though the provider signed it', async () => {
    const org = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    const form = await formFor(mine, org.org, ada, { says: { signResponse: true } })
    const session = await mine.post(`${org.path}/callback`, form)
    await mine.post(`${org.path}/logout`, form)
    expect(await statusOf(session)).toBe(200)
  })

  test('from here ends the session, and then that of the provider, which says so', async () => {
    const org = await newOrg()
    const mine = new SsoBrowser(api, idp.caBundle)
    const session = await mine.post(`${org.path}/callback`, await formFor(mine, org.org, ada))
    const out = await api.as({ Authorization: session.body.Authorization })('POST /atrium/v1/auth/sign-out')
    expect(await statusOf(session)).toBe(401)
    const { action, fields } = formOf(await mine.follow(out.body.redirectUrl))
    expect([action, Object.keys(fields)]).toEqual([`${plane}${org.path}/logout`, ['SAMLResponse', 'RelayState']])
    expect((await mine.post(`${org.path}/logout`, fields)).status).toBe(204)
    expect((await mine.follow(`${idp.url}/slo`)).text, 'signed out there').toContain('name="password"')
    await save(org, 'saml/config', settings(idp.metadata, { isSingleLogoutEnabled: false }))
    const { Authorization } = (await signIn(org, ada)).body
    expect((await api.as({ Authorization })('POST /atrium/v1/auth/sign-out')).body.redirectUrl).toBe('')
  })
})
