import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { createSamlIdentity } from '@atrium/dev-env/saml-identity.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { BucketAccess } from '@atrium/server/clouds/buckets.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOf } from './probe/state.ts'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { made, succeed } from './support/calls.ts'

let api: TestApi
/** What clouds were asked about; they do not show the bucket `closed`. */
const asked: BucketAccess[] = []
beforeAll(async () => {
  const checkBucket = async (access: BucketAccess): Promise<void> => {
    asked.push(access)
    if (access.bucket === 'closed')
      throw new AtriumError('InvalidRequest', 'bucket: no.', { details: { field: 'bucket' } })
  }
  api = await openTestApi({ clouds: { checkAccount: () => Promise.resolve(), checkBucket } })
})
afterAll(() => api.close())

const missing = 'f'.repeat(24)

async function refusal(call: Caller, route: string, body?: object): Promise<[string, string | undefined]> {
  const { body: error } = await call(route, body === undefined ? {} : { body })
  return [error.code, error.details?.field]
}
/** Everything the database holds of a tenant, as text: what is sealed cannot be read in it. */
const textsOf = async (tenant: string): Promise<string> => JSON.stringify(await stateOf(api.ownerUrl, tenant))

describe('filters by tag', () => {
  const group = (values: string[]) => ({
    filterGroup: { conjunction: 'or', filters: [{ key: 'team', negation: true, operator: 'eq', values }] },
  })

  test('are made, read, listed whole, replaced and deleted', async () => {
    const { call } = await api.newTenant()
    const spec = group(['b', 'a'])
    const uid = await made(call, 'POST /v1/filters/tag', { metadata: { name: 'one' }, spec })
    expect((await call(`GET /v1/filters/tag/${uid}`)).body).toMatchObject({ metadata: { name: 'one', uid }, spec })
    const listed = (await call('GET /v1/filters', { query: { limit: '0' } })).body
    expect(listed).toMatchObject({
      items: [{ metadata: { uid }, spec: { filterType: 'tag' } }],
      listmeta: { count: 1 },
    })
    expect((await call('GET /v1/filters/metadata')).body.items).toEqual([{ uid, name: 'one', filterType: 'tag' }])
    await succeed(call, `PUT /v1/filters/tag/${uid}`, { metadata: { name: 'two' }, spec: group(['c']) })
    expect((await call(`GET /v1/filters/tag/${uid}`)).body).toMatchObject({
      metadata: { name: 'two' },
      spec: group(['c']),
    })
    await succeed(call, `DELETE /v1/filters/tag/${uid}`)
    expect((await call(`GET /v1/filters/tag/one`)).status).toBe(404)
  })

  test.each([
    ['spec.filterGroup.filters', { filterGroup: { conjunction: 'and', filters: [] } }],
    ['spec.filterGroup.filters[0].key', { filterGroup: { filters: [{ operator: 'eq', values: ['x'] }] } }],
    ['spec.filterGroup.filters[0]', { filterGroup: { filters: [{ key: 'k', values: ['x'.repeat(400)] }] } }],
  ])('need conditions: %s', async (field, spec) => {
    const { call } = await api.newTenant()
    const body = { metadata: { name: 'one' }, spec }
    expect(await refusal(call, 'POST /v1/filters/tag', body)).toEqual(['InvalidRequest', field])
  })

  test('stay while a resource role is narrowed by them, and a resource role names none that is missing', async () => {
    const { call, tenant, project } = await api.newTenant()
    const uid = await made(call, 'POST /v1/filters/tag', { metadata: { name: 'one' }, spec: group(['a']) })
    const user = await api.newUser(tenant.uid, [])
    const route = `/v1/users/${user.uid}/resourceRoles`
    const role = (filter: string, of = project.uid) => ({
      filterRefs: [filter],
      projectUids: [of],
      roles: [builtInRoleNamed('Resource Cluster Viewer').uid],
    })
    expect(await refusal(call, `POST ${route}`, role(missing))).toEqual(['InvalidRequest', 'filterRefs'])
    expect(await refusal(call, `POST ${route}`, role(uid, missing))).toEqual(['InvalidRequest', 'projectUids'])
    await succeed(call, `POST ${route}`, role(uid))
    expect(await refusal(call, `DELETE /v1/filters/tag/${uid}`)).toEqual(['ResourceInUse', undefined])
    await succeed(call, `DELETE /v1/users/${user.uid}`)
    await succeed(call, `DELETE /v1/filters/tag/${uid}`)
  })
})

describe('alerts of a project', () => {
  const hook = (key: string) => ({
    ...{ type: 'http', isActive: true, alertAllUsers: false, identifiers: [] },
    http: { method: 'POST', url: 'https://hooks.example/secret-path', body: '{}', headers: { 'X-Key': key } },
  })
  const mail = { type: 'email', isActive: true, alertAllUsers: false, identifiers: ['a@example.com'] }

  test('replace all channels of their component, and are read with the project', async () => {
    const { call, project } = await api.newTenant()
    const route = `PUT /v1/projects/${project.uid}/alerts/ClusterHealth`
    const alerts = async () => (await call(`GET /v1/projects/${project.uid}`)).body.spec.alerts
    await succeed(call, route, { channels: [mail, hook('one')] })
    expect(await alerts()).toMatchObject([{ component: 'ClusterHealth', channels: [mail, hook('one')] }])
    await succeed(call, `PUT /v1/projects/${project.uid}`, { metadata: { name: 'Default', labels: { a: 'b' } } })
    expect(await alerts(), 'whoever renames a project keeps its alerts').toHaveLength(1)
    await succeed(call, route, { channels: [{ type: 'app' }] })
    expect(await alerts()).toMatchObject([{ channels: [{ type: 'app', isActive: false }] }])
    await succeed(call, route, { channels: null })
    expect(await alerts()).toEqual([])
  })

  test('keep whom they call as a secret: readers of the project do not see it, and it lies nowhere in clear', async () => {
    const { call, tenant, project } = await api.newTenant()
    await succeed(call, `PUT /v1/projects/${project.uid}/alerts/ClusterHealth`, { channels: [hook('hush-key')] })
    const viewer = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    const { body, text } = await viewer.call(`GET /v1/projects/${project.uid}`)
    expect(body.spec.alerts[0].channels[0]).toMatchObject({ type: 'http', isActive: true })
    expect(text).not.toMatch(/hush|secret-path/)
    expect((await viewer.call(`PUT /v1/projects/${project.uid}/alerts/ClusterHealth`, { body: {} })).status).toBe(403)
    expect(await textsOf(tenant.uid)).not.toMatch(/hush-key|secret-path/)
  })

  test('are changed one by one, too', async () => {
    const { call, project } = await api.newTenant()
    const route = `/v1/projects/${project.uid}/alerts/ClusterHealth`
    const one = await made(call, `POST ${route}`, mail)
    const two = await made(call, `POST ${route}`, hook('two'))
    await succeed(call, `PUT ${route}/${one}`, { ...mail, isActive: false })
    expect((await call(`GET ${route}/${one}`)).body).toMatchObject({ uid: one, isActive: false })
    expect((await call(`GET ${route}/${two}`)).body).toMatchObject({ uid: two, ...hook('two') })
    await succeed(call, `DELETE ${route}/${one}`)
    expect((await call(`GET ${route}/${one}`)).status).toBe(404)
    await succeed(call, `DELETE ${route}`)
    expect((await call(`GET ${route}/${two}`)).status).toBe(404)
    expect((await call('GET /v1/projects/alerts')).body.components).toMatchObject([{ name: 'ClusterHealth' }])
  })

  test('are as many as the limit says, and may always become fewer', async () => {
    const { call, tenant, project } = await api.newTenant()
    const route = `/v1/projects/${project.uid}/alerts/ClusterHealth`
    await succeed(call, `PUT ${route}`, { channels: [mail, mail, mail] })
    const limit = { resources: [{ kind: 'alert', limit: 1 }] }
    await succeed(call, `PATCH /v1/tenants/${tenant.uid}/resourceLimits`, limit)
    expect((await refusal(call, `PUT ${route}`, { channels: [mail, mail, mail, mail] }))[0]).toBe(
      'ResourceLimitReached',
    )
    expect((await refusal(call, `POST ${route}`, mail))[0]).toBe('ResourceLimitReached')
    await succeed(call, `PUT ${route}`, { channels: [mail, mail] })
  })

  test.each([
    ['component', 'Weather', mail],
    ['channels[0].type', 'ClusterHealth', { identifiers: [] }],
    ['channels[0].identifiers', 'ClusterHealth', { ...mail, identifiers: ['nobody'] }],
    ['channels[0].http.url', 'ClusterHealth', { type: 'http', http: { url: 'file:///etc' } }],
  ])('are refused for %s', async (field, component, channel) => {
    const { call, project } = await api.newTenant()
    const route = `PUT /v1/projects/${project.uid}/alerts/${component}`
    expect(await refusal(call, route, { channels: [channel] })).toEqual(['InvalidRequest', field])
  })
})

describe('SSH keys', () => {
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB me@host'
  const named = (name: string, key = publicKey) => ({ metadata: { name }, spec: { publicKey: key } })

  test('belong to a project or to the tenant, whose keys every project sees', async () => {
    const { call, tenant, project } = await api.newTenant()
    const scope = { ProjectUid: project.uid }
    const own = await made(call, 'POST /v1/users/assets/sshkeys', named('one'), scope)
    const shared = await made(call, 'POST /v1/users/assets/sshkeys', named('one'))
    const user = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    const { items } = (await user.call('GET /v1/users/assets/sshkeys', { headers: scope })).body
    const uidOf = ({ metadata }: { metadata: { uid: string } }) => metadata.uid
    expect(new Set(items.map(uidOf))).toEqual(new Set([own, shared]))
    expect((await call('GET /v1/users/assets/sshkeys')).body.items.map(uidOf)).toEqual([shared])
    expect((await call(`GET /v1/users/assets/sshkeys/${own}`)).body).toMatchObject(named('one'))
    expect((await user.call(`DELETE /v1/users/assets/sshkeys/${own}`)).status).toBe(403)
    await succeed(call, `PUT /v1/users/assets/sshkeys/${own}`, named('two'))
    expect(await refusal(call, `DELETE /v1/projects/${project.uid}`)).toEqual(['ResourceInUse', undefined])
    await succeed(call, `DELETE /v1/users/assets/sshkeys/${own}`)
    expect((await call('GET /v1/users/assets/sshkeys/one')).body.code).toBe('ResourceNotFound')
  })

  test.each([
    '',
    'secret',
    'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3v',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
  ])('are public keys and nothing else: %s', async (key) => {
    const { call } = await api.newTenant()
    expect(await refusal(call, 'POST /v1/users/assets/sshkeys', named('one', key))).toEqual([
      'InvalidRequest',
      'spec.publicKey',
    ])
  })
})

describe('registration tokens', () => {
  const body = (projectUid: string, expiry = '2199-12-31T00:00:00.000Z') => ({
    metadata: { name: 'edge', annotations: { description: 'of hosts' } },
    spec: { expiry, defaultProjectUid: projectUid },
  })

  test('are found in the list, stay the same, and are switched off', async () => {
    const { call, project } = await api.newTenant()
    const uid = await made(call, 'POST /v1/edgehosts/tokens', body(project.uid))
    const [listed] = (await call('GET /v1/edgehosts/tokens')).body.items
    expect(listed).toMatchObject({
      metadata: { uid, name: 'edge', annotations: { description: 'of hosts' } },
      spec: { expiry: '2199-12-31T00:00:00.000Z', defaultProject: { uid: project.uid, name: 'Default' } },
      status: { isActive: true },
    })
    expect(listed.spec.token).toMatch(/^[\w-]+\.[\w-]{43}$/)
    await succeed(call, `PUT /v1/edgehosts/tokens/${uid}/state`, {})
    await succeed(call, `PUT /v1/edgehosts/tokens/${uid}`, body('', '2198-01-01T00:00:00.000Z'))
    const { spec, status } = (await call(`GET /v1/edgehosts/tokens/${uid}`)).body
    expect(spec).toEqual({ token: listed.spec.token, expiry: '2198-01-01T00:00:00.000Z' })
    expect(status).toEqual({ isActive: false })
    await succeed(call, `PUT /v1/edgehosts/tokens/${uid}/state`, { isActive: true })
    expect((await call(`GET /v1/edgehosts/tokens/${uid}`)).body.status).toEqual({ isActive: true })
    await succeed(call, `DELETE /v1/edgehosts/tokens/${uid}`)
    expect((await call(`GET /v1/edgehosts/tokens/${uid}`)).status).toBe(404)
  })

  test('are shown to those who may change them, and lie nowhere in clear', async () => {
    const { call, tenant, project } = await api.newTenant()
    const uid = await made(call, 'POST /v1/edgehosts/tokens', body(project.uid))
    const { token } = (await call(`GET /v1/edgehosts/tokens/${uid}`)).body.spec
    const viewer = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
    expect((await viewer.call(`GET /v1/edgehosts/tokens/${uid}`)).body.spec.token).toBe('********')
    expect(await textsOf(tenant.uid)).not.toContain(token)
  })

  test('keep the project that hosts are to join', async () => {
    const { call, project } = await api.newTenant()
    const uid = await made(call, 'POST /v1/edgehosts/tokens', body(project.uid))
    expect((await refusal(call, `DELETE /v1/projects/${project.uid}`))[0]).toBe('ResourceInUse')
    expect((await refusal(call, 'POST /v1/edgehosts/tokens', { ...body(missing), metadata: { name: 'x' } }))[0]).toBe(
      'ResourceNotFound',
    )
    await succeed(call, `DELETE /v1/edgehosts/tokens/${uid}`)
    await succeed(call, `DELETE /v1/projects/${project.uid}`)
  })
})

describe('places for backups', () => {
  const s3 = { credentialType: 'secret', accessKey: 'reader', secretKey: 'hush-s3' }
  const bucket = { bucketName: 'backups', region: 'eu-1' }
  const azure = { clientId: 'c', tenantId: 't', subscriptionId: 's', clientSecret: 'hush-azure' }
  const container = { containerName: 'c', resourceGroup: 'g', storageName: 's', sku: 'Standard_LRS' }
  const kinds: [string, object][] = [
    ['s3', { ...bucket, s3Url: '', s3ForcePathStyle: false, credentials: s3 }],
    ['minio', { ...bucket, s3Url: 'https://minio.example', caCert: 'pem', credentials: s3 }],
    ['gcp', { bucketName: 'b', projectId: 'p', credentials: { jsonCredentials: '{"hush-gcp":1}' } }],
    ['azure', { ...container, credentials: azure }],
  ]
  const body = (config: object, name = 'one', isDefault = false) => ({
    metadata: { name },
    spec: { isDefault, config },
  })

  test.each(kinds)(
    '%s: are kept with their credentials, and every kind is deleted as one of s3',
    async (kind, config) => {
      const { call, tenant, project } = await api.newTenant()
      const scope = { ProjectUid: project.uid }
      const uid = await made(call, `POST /v1/users/assets/locations/${kind}`, body(config), scope)
      const route = `/v1/users/assets/locations/${kind}/${uid}`
      expect((await call(`GET ${route}`)).body.spec).toEqual({ isDefault: false, config })
      const { items } = (await call('GET /v1/users/assets/locations', { headers: scope })).body
      expect(items).toMatchObject([{ metadata: { uid, name: 'one' }, spec: { storage: kind, isDefault: false } }])
      const other = kind === 's3' ? 'gcp' : 's3'
      expect((await call(`GET /v1/users/assets/locations/${other}/${uid}`)).status).toBe(404)

      const viewer = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
      const seen = await viewer.call(`GET ${route}`)
      expect([seen.status, seen.text.includes('hush')]).toEqual([200, false])
      expect(await textsOf(tenant.uid)).not.toContain('hush')
      await succeed(call, `PUT ${route}`, body(config, 'two', true))
      expect((await call(`GET ${route}`)).body).toMatchObject({ metadata: { name: 'two' }, spec: { isDefault: true } })
      await succeed(call, `DELETE /v1/users/assets/locations/s3/${uid}`)
      expect((await call(`GET ${route}`)).status).toBe(404)
    },
  )

  test('of s3 and minio name the kind of their keys, also to those who may not see them', async () => {
    const { call, tenant, project } = await api.newTenant()
    const scope = { ProjectUid: project.uid }
    const viewer = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    const credentials = { accessKey: 'reader', secretKey: 'hush-s3' }
    for (const kind of ['s3', 'minio']) {
      const config = { ...bucket, s3Url: 'https://minio.example', credentials }
      const uid = await made(call, `POST /v1/users/assets/locations/${kind}`, body(config, kind), scope)
      const route = `GET /v1/users/assets/locations/${kind}/${uid}`
      const shown = { credentialType: 'secret' }
      expect((await call(route)).body.spec.config.credentials).toEqual({ ...shown, ...credentials })
      expect((await viewer.call(route)).body.spec.config.credentials).toEqual(shown)
    }
  })

  test('are tried with the cloud before they are made, by those who may make some', async () => {
    const { call, tenant, project } = await api.newTenant()
    const ofS3 = (name: string) => ({ bucket: name, region: 'eu-1', credentials: s3 })
    await succeed(call, 'POST /v1/clouds/aws/s3/validate', ofS3('open'))
    expect(asked.at(-1)).toMatchObject({
      cloudType: 'aws',
      bucket: 'open',
      region: 'eu-1',
      settings: { accessKey: 'reader' },
    })
    expect(asked.at(-1)?.secrets['secretKey']?.reveal()).toBe('hush-s3')
    expect(await refusal(call, 'POST /v1/clouds/aws/s3/validate', ofS3('closed'))).toEqual(['InvalidRequest', 'bucket'])
    const ofGcp = { bucketName: 'open', projectId: 'p', credentials: { jsonCredentials: '{}' } }
    await succeed(call, 'POST /v1/clouds/gcp/bucketname/validate', ofGcp)
    expect(asked.at(-1)).toMatchObject({ cloudType: 'gcp', bucket: 'open' })
    const count = asked.length
    const viewer = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    expect((await refusal(viewer.call, 'POST /v1/clouds/aws/s3/validate', ofS3('open')))[0]).toBe('Forbidden')
    expect(asked).toHaveLength(count)
  })

  test('have one default in a scope', async () => {
    const { call } = await api.newTenant()
    const config = { ...bucket, credentials: s3 }
    const one = await made(call, 'POST /v1/users/assets/locations/minio', body(config, 'one', true))
    const two = await made(call, 'POST /v1/users/assets/locations/s3', body(config, 'two', true))
    const defaults = async () =>
      (await call('GET /v1/users/assets/locations')).body.items
        .filter(({ spec }: { spec: { isDefault: boolean } }) => spec.isDefault)
        .map(({ metadata }: { metadata: { uid: string } }) => metadata.uid)
    expect(await defaults()).toEqual([two])
    await succeed(call, `PATCH /v1/users/assets/locations/minio/${one}/default`)
    expect(await defaults()).toEqual([one])
    await succeed(call, `DELETE /v1/users/assets/locations/${one}`)
    expect(await refusal(call, 'POST /v1/users/assets/locations/s3', body({ ...config, bucketName: '' }))).toEqual([
      'InvalidRequest',
      'spec.config.bucketName',
    ])
  })
})

describe('single sign-on', () => {
  const oidc = {
    ...{ isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush-oidc', issuerUrl: 'https://issuer.example' },
    ...{
      scopes: ['openid', 'email'],
      requiredClaims: { Email: 'email', FirstName: 'f', LastName: 'l', SpectroTeam: 't' },
    },
  }
  let saml: object
  beforeAll(async () => {
    const { metadata } = await createSamlIdentity('https://idp.example')
    saml = { isSsoEnabled: true, federationMetadata: metadata, identityProvider: 'Okta', nameIdFormat: 'mail' }
  })

  test('is stored and echoed, and its secret is never shown again', async () => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}/oidc/config`
    expect((await call(`GET ${path}`)).body).toMatchObject({ isSsoEnabled: false, clientSecret: '' })
    await succeed(call, `POST ${path}`, oidc, { host: 'plane.example' })
    const { body, text } = await call(`GET ${path}`, { headers: { host: 'elsewhere.example' } })
    expect(body).toMatchObject({ ...oidc, clientSecret: '********' })
    expect(body.callbackUrl).toBe(`https://plane.example/v1/auth/org/${tenant.name}/oidc/callback`)
    expect(text + (await textsOf(tenant.uid))).not.toContain('hush')
    // As clients switch it off: they send back what they read.
    await succeed(call, `POST ${path}`, { ...body, isSsoEnabled: false })
    expect((await call(`GET ${path}`)).body).toMatchObject({ isSsoEnabled: false, clientSecret: '********' })
    const secret = await api.context.store.transaction(
      tenant.uid,
      { type: 'system', uid: 's', name: 's' },
      async (tx) => {
        const [config] = (await tx.list('SsoConfig')).items
        return tx.getSecret({ kind: 'SsoConfig', uid: config?.meta.uid ?? '' }, 'clientSecret')
      },
    )
    expect(secret?.reveal(), 'the mask is no new secret').toBe('hush-oidc')
  })

  test('by SAML and by public providers is stored and echoed too', async () => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}`
    await succeed(call, `POST ${path}/saml/config`, saml)
    expect((await call(`GET ${path}/saml/config`)).body).toMatchObject(saml)
    await succeed(call, `POST ${path}/sso/auth/providers`, { isEnabled: true, ssoLogins: ['github'] })
    expect((await call(`GET ${path}/sso/auth/providers`)).body).toEqual({ isEnabled: true, ssoLogins: ['github'] })
  })

  test('is changed by those who may change the tenant, and gives no team that may do more than they do', async () => {
    const { call, tenant } = await api.newTenant()
    const path = `/v1/tenants/${tenant.uid}`
    const viewer = await api.newUser(tenant.uid, [{ role: 'Tenant Viewer' }])
    expect(await refusal(viewer.call, `POST ${path}/oidc/config`, oidc)).toEqual(['Forbidden', undefined])
    await succeed(call, `POST ${path}/oidc/config`, oidc)
    const nobody = await api.newUser(tenant.uid, [])
    expect((await nobody.call(`GET ${path}/oidc/config`)).body, 'who may not read the tenant').toMatchObject({
      clientId: '',
    })
    const role = {
      metadata: { name: 'Setter' },
      spec: { scope: 'tenant', permissions: ['tenant.get', 'tenant.update'] },
    }
    const setter = await api.newUser(tenant.uid, [])
    await succeed(call, `PUT /v1/users/${setter.uid}/roles`, { roles: [await made(call, 'POST /v1/roles', role)] })
    const strong = await made(call, 'POST /v1/teams', { metadata: { name: 'strong' } })
    await succeed(call, `PUT /v1/teams/${strong}/roles`, { roles: [builtInRoleNamed('Tenant Admin').uid] })
    for (const [end, enabled] of [
      ['oidc', oidc],
      ['saml', saml],
    ] as const) {
      const body = { ...enabled, isSsoEnabled: false }
      const withTeam = (team: string) => ({ ...body, defaultTeams: [team] })
      const route = `POST ${path}/${end}/config`
      expect(await refusal(setter.call, route, withTeam(strong))).toEqual(['Forbidden', undefined])
      expect(await refusal(setter.call, route, withTeam(missing))).toEqual(['InvalidRequest', 'defaultTeams'])
      await succeed(setter.call, route, body)
    }
    expect((await refusal(call, `POST ${path}/oidc/config`, { isSsoEnabled: true }))[1]).toBe('clientId')
    expect((await refusal(call, `POST ${path}/saml/config`, { isSsoEnabled: true }))[1]).toBe('federationMetadata')
    expect((await refusal(call, `POST /v1/tenants/${missing}/oidc/config`, oidc))[0]).toBe('ResourceNotFound')
  })
})
