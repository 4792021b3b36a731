import { createSamlIdentity } from '@atrium/dev-env/saml-identity.ts'
import { type SamlIdp, type SaysOtherwise, startSamlIdp } from '@atrium/dev-env/saml-idp.ts'
import { encryptionFor, readService } from '@atrium/dev-env/saml-parts.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
import { auditOf, SsoBrowser, save } from './support/sso.ts'

let api: TestApi
let idp: SamlIdp
beforeAll(async () => {
  api = await openTestApi()
  idp = await startSamlIdp()
})
afterAll(async () => {
  idp.stop()
  await api.close()
})

const signIn = (org: SamlOrg, way: Partial<Way> = {}) => signInBySaml(api, org, ada, { by: idp, ...way })

describe('the key of a tenant', () => {
  test('signs requests: the provider answers none that was changed, or is not signed', async () => {
    const org = await newSamlOrg(api, idp)
    expect(org.serviceMetadata).toContain('AuthnRequestsSigned="true"')
    expect((await signIn(org)).status).toBe(200)
    const attempt = async (change: (query: URLSearchParams) => void): Promise<unknown> => {
      const mine = new SsoBrowser(api, idp.caBundle)
      const there = new URL(await mine.begin(org.org, 'saml'))
      change(there.searchParams)
      return mine.signInAt(there.href, 'somebody')
    }
    await expect(attempt((query) => query.set('RelayState', 'another'))).rejects.toThrow('400 Signature check errors')
    await expect(attempt((query) => query.delete('Signature'))).rejects.toThrow(
      '400 SAMLRequest message MUST be signed',
    )
  })

  test('is made once, another for each tenant, and shown to nobody', async () => {
    const [one, two] = [await newSamlOrg(api, idp), await newSamlOrg(api, idp)]
    const { certificate } = await samlConfigOf(one)
    expect(certificate).toMatch(/^-----BEGIN CERTIFICATE-----/)
    await save(one, 'saml/config', samlSettings(idp.metadata, { identityProvider: 'Keycloak' }))
    expect((await samlConfigOf(one)).certificate).toBe(certificate)
    expect((await samlConfigOf(two)).certificate).not.toBe(certificate)
    const kept = JSON.stringify([await samlConfigOf(one), await stateOf(api.ownerUrl, one.tenant.uid)])
    expect(kept + (await auditOf(api, one.tenant.uid)).join()).not.toContain('PRIVATE KEY')
  })

  test('is missing in settings from before there was one: people sign in as they did, until they are saved again', async () => {
    const org = await newSamlOrg(api, idp)
    await api.context.store.transaction(org.tenant.uid, systemActor('test'), async (tx) => {
      const [config] = (await tx.list('SsoConfig')).items
      if (!config) throw new Error('no settings')
      const { certificate: _, ...spec } = config.spec
      await tx.update('SsoConfig', config.meta.uid, { spec })
      await tx.removeSecret({ kind: 'SsoConfig', uid: config.meta.uid }, 'samlKey')
    })
    const before = await samlConfigOf(org)
    expect(before.certificate).toBe('')
    idp.trust(before.serviceProviderMetadata)
    expect((await signIn(org)).status).toBe(200)
    const says = encryptedFor(idp.metadata)
    expect(await whyNotSaml(api, org, ada, { by: idp, says })).toContain('save the settings once more')
    await save(org, 'saml/config', samlSettings(idp.metadata))
    idp.trust((await samlConfigOf(org)).serviceProviderMetadata)
    expect((await signIn(org)).status).toBe(200)
  })
})

/** Has the provider encrypt for whoever this metadata is of. */
const encryptedFor = (metadata: string): SaysOtherwise => encryptionFor(readService(metadata).certificatePem)

/** By an algorithm that the provider's library itself would rather not use. */
const weakly = (algorithm: string): SaysOtherwise => ({
  encryptionAlgorithm: `http://www.w3.org/2001/04/xmlenc#${algorithm}`,
  ...{ disallowEncryptionWithInsecureAlgorithm: false, warnOnInsecureEncryptionAlgorithm: false },
})

describe('an encrypted assertion', () => {
  let org: SamlOrg
  beforeAll(async () => {
    org = await newSamlOrg(api, idp)
    idp.isEncrypting = true
  })
  afterAll(() => {
    idp.isEncrypting = false
  })
  const why = (way: Partial<Way>): Promise<string> => whyNotSaml(api, org, ada, { by: idp, ...way })

  test('lets its person in, however the provider encrypts and signs', async () => {
    let sent = ''
    const change = (xml: string): string => {
      sent = xml
      return xml
    }
    expect((await signIn(org, { change })).status).toBe(200)
    expect(sent).toContain('EncryptedAssertion')
    expect(sent).not.toContain('ada@example.com')
    const cbc = weakly('aes256-cbc')
    expect((await signIn(org, { says: cbc })).status).toBe(200)
    expect((await signIn(org, { says: { signResponse: true, signAssertion: false } })).status).toBe(200)
    expect((await signIn(org, { says: { signResponse: true } })).status).toBe(200)
  })

  test('lets nobody in that is for another service, was not signed by the provider, or has expired', async () => {
    const other = await newSamlOrg(api, idp)
    expect(await why({ says: encryptedFor(other.serviceMetadata) })).toContain('cannot be opened')
    expect(await why({ says: { signAssertion: false } })).toContain('Invalid signature from encrypted assertion')
    const { certificatePem, privateKeyPem } = await createSamlIdentity('https://stranger.test')
    expect(await why({ says: { key: privateKeyPem, cert: certificatePem } })).toContain('Invalid signature')
    expect(await why({ says: { audience: 'https://elsewhere.test' } })).toContain('audience mismatch')
    expect(await why({ says: { inResponseTo: '_another' } })).toContain('InResponseTo is not valid')
    expect(await why({ says: { lifetimeInSeconds: -120 } })).toMatch(/expired|No valid subject confirmation/)
    const { items } = (await org.call('GET /v1/users')).body
    expect(items).toHaveLength(2)
  })

  test('that is weak inside, or encrypted by what is broken, says so', async () => {
    const sha1 = { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }
    expect(await why({ says: sha1 })).toContain('signed with SHA-1')
    expect(await why({ says: weakly('tripledes-cbc') })).toContain('is not secure')
    expect(await why({ change: (xml) => xml.replace('rsa-oaep-mgf1p', 'rsa-1_5') })).toContain('is not secure')
  })

  test('that was changed, doubled or taken apart lets nobody in', async () => {
    const cipher = /(CipherValue>)([^<]{8})([^<]*<\/[^>]*CipherValue>)(?![\s\S]*CipherValue)/
    const changes: ((xml: string) => string)[] = [
      (xml) => xml.replace(cipher, '$1AAAAAAAA$3'),
      (xml) => xml.replace(/<saml:EncryptedAssertion[\s\S]*<\/saml:EncryptedAssertion>/, '$&$&'),
      (xml) => xml.replace(/<[^<]*CipherData>/, ''),
      (xml) => xml.replace(/<[^<]*EncryptionMethod [^>]*>/, ''),
      (xml) =>
        xml.replace('</samlp:Response>', '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>$&'),
      (xml) => xml.replace(/<samlp:Status>/, '<!DOCTYPE x [<!ENTITY e "x">]>$&'),
    ]
    for (const change of changes) expect(await why({ change })).toContain('refuseSignIn')
  })
})
