import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import { startOidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createAuthority } from '@atrium/runtime/pki/pki.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from './support/api.ts'
import { made, succeed } from './support/calls.ts'
import { openRegistriesWorld, type RegistriesWorld } from './support/registries.ts'
import { auditOf, plane, SsoBrowser, save } from './support/sso.ts'

let world: RegistriesWorld
let server: HttpsServer
const chart = writeArchive(new Map([['web/Chart.yaml', Buffer.from('apiVersion: v2\nname: web\nversion: 1.0.0\n')]]))

beforeAll(async () => {
  world = await openRegistriesWorld()
  const index = { apiVersion: 'v1', entries: { web: [{ version: '1.0.0', urls: ['web.tgz'] }] } }
  server = await serveHttps((request, response) =>
    response.end(request.url === '/web.tgz' ? chart : JSON.stringify(index)),
  )
})
afterAll(async () => {
  server.stop()
  await world.close()
})

const newTenant = async (name?: string) => {
  const tenant = await world.api.newTenant(name)
  const route = `/v1/tenants/${tenant.tenant.uid}/assets/certs`
  const keep = (certificate: string, name = 'ours') =>
    made(tenant.call, `POST ${route}`, { metadata: { name }, spec: { certificate } })
  return { ...tenant, route, keep }
}
const addRegistry = (call: Caller, more: object = {}) => {
  const spec = { endpoint: server.url, isPrivate: true, auth: { type: 'noAuth', ...more } }
  return call('POST /v1/registries/helm', { body: { metadata: { name: 'charts' }, spec } })
}

describe('authorities that a tenant keeps', () => {
  test('are trusted for its registries, from the next request on and no longer than they are kept', async () => {
    const { call, route, keep } = await newTenant()
    const refused = await addRegistry(call)
    expect(refused).toMatchObject({ status: 400, body: { details: { field: 'spec.endpoint' } } })
    const certificate = await keep(server.caBundle)
    const { uid } = (await addRegistry(call)).body
    await world.settle()
    const sync = async () => (await call(`GET /atrium/v1/registries/${uid}`)).body.sync
    expect(await sync()).toMatchObject({ state: 'Success', counts: { usable: 1 } })

    await succeed(call, `DELETE ${route}/${certificate}`)
    await call(`POST /v1/registries/helm/${uid}/sync`)
    await world.settle()
    expect(await sync()).toMatchObject({ state: 'Failed', message: expect.stringContaining('certificate') })
  })

  test('are trusted for nobody else, and not where a registry names its own', async () => {
    const { call, keep } = await newTenant()
    await keep(server.caBundle)
    const other = (await issueServerCertificate()).caPem
    const tls = { enabled: true, certificate: other }
    expect((await addRegistry(call, { tls })).status).toBe(400)
    expect((await addRegistry((await newTenant()).call)).status).toBe(400)
  })

  test('are trusted for its identity provider, at every step of a sign-in', async () => {
    const callbackUrls = [`${plane}/v1/auth/org/certified/oidc/callback`]
    const issuer = await startOidcIssuer({ clientId: 'atrium', clientSecret: 'hush', callbackUrls })
    try {
      const tenant = await newTenant('certified')
      const claims = { Email: 'email', FirstName: 'given_name', LastName: 'family_name' }
      const settings = { isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush', issuerUrl: issuer.url }
      await save(tenant, 'oidc/config', { ...settings, scopes: ['openid', 'profile'], requiredClaims: claims })
      const ada = { sub: 'a', email: 'ada@example.com', email_verified: true, given_name: 'A', family_name: 'L' }
      const browser = () => new SsoBrowser(world.api, issuer.caBundle)
      await expect(browser().begin('certified', 'oidc')).rejects.toThrow('does not answer')
      const uid = await tenant.keep(issuer.caBundle)
      expect((await browser().signInByOidc('certified', issuer, ada)).status).toBe(200)
      await succeed(tenant.call, `DELETE ${tenant.route}/${uid}`)
      const late = await browser().signInByOidc('certified', issuer, ada)
      expect([late.status, late.body.details.reason]).toEqual([401, 'providerUnreachable'])
    } finally {
      issuer.stop()
    }
  })
})

describe('a certificate of a tenant', () => {
  test('is shown with its end, replaced and deleted, each on the record', async () => {
    const { call, route, keep, tenant } = await newTenant()
    const [one, two] = await Promise.all([issueServerCertificate(), issueServerCertificate()])
    const uid = await keep(one.caPem)
    const shown = (await call(`GET ${route}/${uid}`)).body
    expect(shown).toMatchObject({
      metadata: { name: 'ours', uid },
      spec: { certificate: one.caPem, isCA: true, key: '', authorities: [{ subject: 'CN=test' }] },
    })
    const [authority] = shown.spec.authorities
    expect(Date.parse(authority.notAfter)).toBeGreaterThan(Date.now())
    expect((await call(`GET ${route}`)).body.items).toEqual([shown])

    const both = `${one.caPem}${two.caPem}`
    await succeed(call, `PUT ${route}/${uid}`, { ...shown, spec: { ...shown.spec, certificate: both } })
    const changed = (await call(`GET ${route}/${uid}`)).body.spec
    expect(changed.authorities.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).toEqual([
      authority.fingerprint,
      expect.not.stringMatching(authority.fingerprint),
    ])
    await succeed(call, `DELETE ${route}/${uid}`)
    expect((await call(`GET ${route}/${uid}`)).status).toBe(404)
    const trail = (await auditOf(world.api, tenant.uid)).filter((line) => line.includes('TenantCertificate'))
    expect(trail.map((line) => line.split(' ')[0])).toEqual([
      'TenantCertificate.create',
      'TenantCertificate.update',
      'TenantCertificate.delete',
    ])
  })

  test('is one of an authority that has not expired, whole, without any private key, and not endless', async () => {
    const { call, route, keep } = await newTenant()
    const { caPem, certificatePem, privateKeyPem } = await issueServerCertificate()
    const past = { clock: new ManualClock(Date.parse('2020-01-01T00:00:00Z')), random: systemRandom, validityMs: 1000 }
    const expired = (await createAuthority({ ...past, commonName: 'old' })).certificatePem
    const cut = caPem.replace('-----END CERTIFICATE-----', '')
    const unreadable = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    const uid = await keep(caPem)
    for (const [spec, field, says] of [
      [{}, 'spec.certificate', 'no'],
      [{ certificate: 'hello' }, 'spec.certificate', 'BEGIN CERTIFICATE'],
      [{ certificate: `${caPem}${cut}` }, 'spec.certificate', 'not whole'],
      [{ certificate: unreadable }, 'spec.certificate', 'cannot be read'],
      [
        { certificate: `${caPem}${certificatePem}` },
        'spec.certificate',
        'certificate 2 (CN=server) is of no authority',
      ],
      [{ certificate: expired }, 'spec.certificate', 'expired at 2020'],
      [{ certificate: caPem.repeat(11) }, 'spec.certificate', 'more than 10'],
      [{ certificate: `${caPem}${' '.repeat(70_000)}` }, 'spec.certificate', 'longer than'],
      [{ certificate: caPem, key: privateKeyPem }, 'spec.key', 'private keys'],
      [{ certificate: `${privateKeyPem}${caPem}` }, 'spec.key', 'private keys'],
      [{ certificate: caPem, note: privateKeyPem }, 'spec.key', 'private keys'],
    ] as const) {
      for (const ask of [`POST ${route}`, `PUT ${route}/${uid}`]) {
        const refused = await call(ask, { body: { metadata: { name: 'bad' }, spec } })
        expect([refused.status, refused.body.details.field], says).toEqual([400, field])
        if (says !== 'no') expect(refused.body.message).toContain(says)
        expect(refused.text).not.toContain(privateKeyPem.split('\n')[1])
      }
    }
    for (let count = 1; count < 20; count += 1) await keep(caPem, `more ${count}`)
    const refused = await call(`POST ${route}`, { body: { metadata: { name: 'x' }, spec: { certificate: caPem } } })
    expect([refused.status, refused.body.code]).toEqual([409, 'ResourceLimitReached'])
  })

  test('is read with the settings of the tenant, and kept by those alone who decide who may sign in', async () => {
    const { tenant, route, keep } = await newTenant()
    const { caPem } = await issueServerCertificate()
    const uid = await keep(caPem)
    const body = { metadata: { name: 'mine' }, spec: { certificate: caPem } }
    const viewer = await world.api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
    expect((await viewer.call(`GET ${route}/${uid}`)).status).toBe(200)
    expect((await viewer.call(`DELETE ${route}/${uid}`)).status).toBe(403)
    const stranger = await newTenant()
    expect((await stranger.call(`GET ${stranger.route}/${uid}`)).status).toBe(404)
    expect((await stranger.call(`GET ${route}/${uid}`)).status).toBe(404)
    const admin = await world.api.newUser(tenant.uid, [{ role: 'Tenant Admin' }])
    const role = await made(admin.call, 'POST /v1/roles', {
      metadata: { name: 'settings' },
      spec: { scope: 'tenant', permissions: ['tenant.get', 'tenant.update'] },
    })
    await succeed(admin.call, `PUT /v1/users/${viewer.uid}/roles`, { roles: [role] })
    expect((await viewer.call(`POST ${route}`, { body })).status).toBe(403)
    expect((await viewer.call(`PUT ${route}/${uid}`, { body })).status).toBe(403)
  })
})
