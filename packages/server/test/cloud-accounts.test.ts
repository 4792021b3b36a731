import { tablesHolding } from '@atrium/dev-env/find-in-database.ts'
import { withClient } from '@atrium/dev-env/sql-client.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { CloudAccess } from '@atrium/server/clouds/client.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

const masked = '********'
let api: TestApi
/** What the clouds were asked with, and what they say. */
let asked: CloudAccess[] = []
let refusal: AtriumError | null = null
beforeAll(async () => {
  const checkAccount = async (account: CloudAccess): Promise<void> => {
    asked.push(account)
    if (refusal) throw refusal
  }
  api = await openTestApi({ clouds: { checkAccount, checkBucket: () => Promise.resolve() } })
})
beforeEach(() => {
  asked = []
  refusal = null
})
afterAll(() => api.close())

const serviceAccount = '{"type":"service_account","private_key":"gcp-canary"}'
/** By path: a spec, its secret fields, the first field that must not be missing, where its secrets go, and whether a gateway must be named. */
const clouds = [
  {
    path: 'aws',
    spec: {
      ...{ credentialType: 'secret', accessKey: 'AKIA', secretKey: 'aws-canary' },
      ...{ partition: 'aws', policyARNs: ['arn:aws:iam::1:policy/p'] },
    },
    secrets: ['secretKey'],
    needs: 'accessKey',
    isPrivate: false,
  },
  {
    path: 'azure',
    spec: {
      ...{ tenantId: 't', tenantName: 'n', clientId: 'c', clientSecret: 'azure-canary' },
      ...{ azureEnvironment: 'AzurePublicCloud', settings: { disablePropertiesRequest: true }, tls: { cert: 'pem' } },
    },
    secrets: ['clientSecret'],
    needs: 'tenantId',
    address: { azureEnvironment: 'AzureUSGovernmentCloud' },
    isPrivate: false,
  },
  {
    path: 'gcp',
    spec: { jsonCredentials: serviceAccount },
    secrets: ['jsonCredentials'],
    needs: 'jsonCredentials',
    isPrivate: false,
  },
  {
    path: 'vsphere',
    spec: { vcenterServer: 'vc.test', username: 'u', password: 'vsphere-canary', insecure: true },
    secrets: ['password'],
    needs: 'vcenterServer',
    address: { vcenterServer: 'elsewhere.test' },
    isPrivate: true,
  },
  {
    path: 'maas',
    spec: { apiEndpoint: 'http://maas.test/MAAS', apiKey: 'maas-canary', preferredSubnets: ['a'] },
    secrets: ['apiKey'],
    needs: 'apiEndpoint',
    address: { apiEndpoint: 'http://elsewhere.test' },
    isPrivate: true,
  },
  {
    path: 'apache-cloudstack',
    spec: {
      apiUrl: 'https://cs.test',
      apiKey: 'k',
      secretKey: 'apache-cloudstack-canary',
      domain: 'd',
      insecure: false,
    },
    secrets: ['apiKey', 'secretKey'],
    needs: 'apiUrl',
    address: { apiUrl: 'https://elsewhere.test' },
    isPrivate: true,
  },
]

/** The audit record of one object, oldest first. */
const auditOf = (tenant: string, uid: string) =>
  withClient(api.ownerUrl, async (client) => {
    const text = 'select action, kind, name, message from audit_log where tenant = $1 and uid = $2 order by id'
    return (await client.query<{ action: string }>(text, [tenant, uid])).rows
  })

const gatewayOf = async (call: Caller): Promise<string> => (await call('GET /v1/overlords')).body.items[0].metadata.uid

describe.each(clouds)('accounts of $path', ({ path, spec, secrets, needs, address, isPrivate }) => {
  const route = `/v1/cloudaccounts/${path}`
  const maskedSpec = { ...spec, ...Object.fromEntries(secrets.map((name) => [name, masked])) }
  let call: Caller
  let metadata: { name: string; annotations: Record<string, string> }
  beforeAll(async () => {
    const tenant = await api.newTenant()
    call = (of, given) => tenant.call(of, { ...given, headers: { ProjectUid: tenant.project.uid, ...given?.headers } })
    metadata = { name: `${path}-account`, annotations: { overlordUid: await gatewayOf(call) } }
  })

  test('live from creation to deletion, their secrets masked wherever they are read', async () => {
    const created = await call(`POST ${route}`, { body: { metadata, spec } })
    expect(created.status, created.text).toBe(201)
    const { uid } = created.body
    const read = await call(`GET ${route}/${uid}`)
    expect(read.body).toMatchObject({
      kind: path,
      metadata: { uid, name: metadata.name },
      status: { state: 'Running' },
    })
    expect(read.body.metadata.annotations).toMatchObject({ scope: 'project', ...metadata.annotations })
    expect(read.body.spec).toEqual(maskedSpec)
    const listed = await call(`GET ${route}`, { query: { limit: '0' } })
    expect(listed.body.items).toEqual([read.body])
    const summary = await call('GET /v1/cloudaccounts/summary')
    expect(summary.body.items).toMatchObject([{ kind: path, metadata: { uid } }])
    expect(read.text + listed.text + summary.text).not.toContain('canary')
    expect(await tablesHolding(api.ownerUrl, [`${path}-canary`])).toEqual([])

    const renamed = { metadata: { ...metadata, name: 'renamed' }, spec: maskedSpec }
    expect((await call(`PUT ${route}/${uid}`, { body: renamed })).status).toBe(204)
    expect((await call(`GET ${route}/${uid}`)).body).toMatchObject({ metadata: { name: 'renamed' }, spec: maskedSpec })

    if (address) {
      const moved = await call(`PUT ${route}/${uid}`, { body: { metadata, spec: { ...maskedSpec, ...address } } })
      expect([moved.status, moved.body.details.field], 'secrets go nowhere else unasked').toEqual([
        400,
        `spec.${secrets[0]}`,
      ])
    }
    expect((await call(`DELETE ${route}/${uid}`)).status).toBe(204)
    const gone = await call(`GET ${route}/${uid}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'ResourceNotFound'])
  })

  test('are refused when something is missing, and it is named', async () => {
    for (const name of [...secrets, needs]) {
      const body = { metadata, spec: { ...spec, [name]: '' } }
      const { status, body: refused } = await call(`POST ${route}`, { body })
      expect([status, refused.code, refused.details.field]).toEqual([400, 'InvalidRequest', `spec.${name}`])
    }
    const maskOnly = await call(`POST ${route}`, { body: { metadata, spec: maskedSpec } })
    expect([maskOnly.status, maskOnly.body.details.field]).toEqual([400, `spec.${secrets[0]}`])
  })

  test(`${isPrivate ? 'name' : 'may name'} a gateway of their tenant, and no other`, async () => {
    const send = (overlordUid: string) =>
      call(`POST ${route}`, { body: { metadata: { name: `g-${overlordUid}`, annotations: { overlordUid } }, spec } })
    const other = await api.newTenant()
    const foreign = await send(await gatewayOf(other.call))
    expect([foreign.status, foreign.body.details.field]).toEqual([400, 'metadata.annotations.overlordUid'])
    const without = await send('')
    expect(without.status).toBe(isPrivate ? 400 : 201)
    if (!isPrivate) await call(`DELETE ${route}/${without.body.uid}`)
  })

  test('are no accounts of another cloud', async () => {
    const { body } = await call(`POST ${route}`, { body: { metadata: { ...metadata, name: 'typed' }, spec } })
    const other = path === 'aws' ? 'gcp' : 'aws'
    expect((await call(`GET /v1/cloudaccounts/${other}/${body.uid}`)).status).toBe(404)
    expect((await call(`DELETE /v1/cloudaccounts/${other}/${body.uid}`)).status).toBe(404)
    expect((await call(`GET /v1/cloudaccounts/${other}`)).body.items).toEqual([])
    expect((await call(`DELETE ${route}/${body.uid}`)).status).toBe(204)
  })

  test('are tried without being saved', async () => {
    const gateway = await gatewayOf(call)
    const doors = [
      { door: `/v1/clouds/${path}/account/validate`, ...(path === 'gcp' ? { body: { spec } } : { body: spec }) },
      ...(isPrivate ? [{ door: `/v1/overlords/${path}/${gateway}/account/validate`, body: { account: spec } }] : []),
    ]
    for (const { door, body } of doors) {
      asked = []
      expect((await call(`POST ${door}`, { body })).status).toBe(204)
      expect(asked).toMatchObject([{ cloudType: path }])
      expect(Object.keys(asked[0]?.secrets ?? {})).toEqual(secrets)
      refusal = new AtriumError('InvalidRequest', 'the cloud says no.', { details: { field: 'it' } })
      const refused = await call(`POST ${door}`, { body })
      expect([refused.status, refused.body.message]).toEqual([400, 'the cloud says no.'])
      refusal = null
    }
    expect((await call(`GET ${route}`)).body.items).toEqual([])
  })
})

describe('accounts of AWS with a role', () => {
  test('need no key, and keep what is secret of the role', async () => {
    const { call, tenant } = await api.newTenant()
    const spec = {
      credentialType: 'sts',
      secretKey: '',
      sts: { arn: 'arn:aws:iam::1:role/r', externalId: 'canary-id' },
    }
    const { body } = await call('POST /v1/cloudaccounts/aws', { body: { metadata: { name: 'role' }, spec } })
    const read = await call(`GET /v1/cloudaccounts/aws/${body.uid}`)
    expect(read.body.spec).toEqual({ credentialType: 'sts', sts: { arn: 'arn:aws:iam::1:role/r', externalId: masked } })
    expect(read.body.metadata.annotations.scope).toBe('tenant')

    const stored = () =>
      api.context.store.transaction(tenant.uid, { type: 'system', uid: 's', name: 's' }, (tx) =>
        tx.getSecret({ kind: 'CloudAccount', uid: body.uid }, 'credentials.sts.externalId'),
      )
    expect((await stored())?.reveal()).toBe('canary-id')
    const keys = { credentialType: 'secret', accessKey: 'AKIA', secretKey: 'k' }
    await call(`PUT /v1/cloudaccounts/aws/${body.uid}`, { body: { metadata: { name: 'role' }, spec: keys } })
    expect(await stored()).toBeNull()
    expect((await call(`GET /v1/cloudaccounts/aws/${body.uid}`)).body.spec).toEqual({ ...keys, secretKey: masked })
  })

  test('lack their role only visibly', async () => {
    const { call } = await api.newTenant()
    for (const [credentialType, field] of [
      ['sts', 'spec.sts.arn'],
      ['pod-identity', 'spec.podIdentity.roleArn'],
    ]) {
      const body = { metadata: { name: 'role' }, spec: { credentialType } }
      expect((await call('POST /v1/cloudaccounts/aws', { body })).body.details).toEqual({ field })
    }
  })
})

describe('accounts and rights', () => {
  test('who may only read them neither changes nor tries any, and who sees no project of theirs finds none', async () => {
    const { call, tenant, project } = await api.newTenant()
    const spec = { credentialType: 'secret', accessKey: 'AKIA', secretKey: 'k' }
    const headers = { ProjectUid: project.uid }
    const made = await call('POST /v1/cloudaccounts/aws', { headers, body: { metadata: { name: 'a' }, spec } })
    const one = `/v1/cloudaccounts/aws/${made.body.uid}`
    const viewer = await api.newUser(tenant.uid, [{ role: 'Project Viewer', project: project.uid }])
    expect((await viewer.call(`GET ${one}`)).status).toBe(200)
    expect((await viewer.call(`PUT ${one}`, { body: { metadata: { name: 'b' }, spec } })).status).toBe(403)
    expect((await viewer.call(`DELETE ${one}`)).status).toBe(403)
    expect((await viewer.call('POST /v1/clouds/aws/account/validate', { body: spec })).status).toBe(403)
    expect(asked).toEqual([])
    const elsewhere = await call('POST /v1/projects', { body: { metadata: { name: 'elsewhere' } } })
    const stranger = await api.newUser(tenant.uid, [{ role: 'Project Admin', project: elsewhere.body.uid }])
    expect((await stranger.call(`GET ${one}`)).status).toBe(404)
    expect((await stranger.call(`DELETE ${one}`)).status).toBe(404)
  })

  test('creations, changes and deletions are on record, without any secret', async () => {
    const { call, tenant } = await api.newTenant()
    const spec = { credentialType: 'secret', accessKey: 'AKIA', secretKey: 'audit-canary' }
    const { body } = await call('POST /v1/cloudaccounts/aws', { body: { metadata: { name: 'a' }, spec } })
    await call(`PUT /v1/cloudaccounts/aws/${body.uid}`, { body: { metadata: { name: 'b' }, spec } })
    await call(`DELETE /v1/cloudaccounts/aws/${body.uid}`)
    const records = await auditOf(tenant.uid, body.uid)
    expect(records.map(({ action }) => action)).toEqual([
      'CloudAccount.create',
      'CloudAccount.setSecret',
      'CloudAccount.update',
      'CloudAccount.delete',
    ])
    expect(JSON.stringify(records)).not.toContain('canary')
  })
})

describe('the built-in gateway', () => {
  test('is there and runs in every tenant, each its own', async () => {
    const [one, two] = [await api.newTenant(), await api.newTenant()]
    const { items } = (await one.call('GET /v1/overlords')).body
    expect(items).toMatchObject([
      { metadata: { name: 'System Private Gateway' }, spec: { isSystem: true }, status: { state: 'Running' } },
    ])
    const { uid } = items[0].metadata
    expect((await one.call(`GET /v1/overlords/${uid}`)).body).toEqual(items[0])
    expect((await one.call('GET /v1/overlords', { query: { name: 'System Private Gateway' } })).body.items).toEqual(
      items,
    )
    expect((await one.call('GET /v1/overlords', { query: { name: 'other' } })).body.items).toEqual([])
    expect((await one.call(`GET /v1/overlords/vsphere/${uid}/pools`)).body).toEqual({ items: [] })
    const foreign = await two.call(`GET /v1/overlords/${uid}`)
    expect([foreign.status, foreign.body.code]).toEqual([404, 'ResourceNotFound'])
    const account = { vcenterServer: 'v', username: 'u', password: 'p' }
    expect((await two.call(`POST /v1/overlords/vsphere/${uid}/account/validate`, { body: { account } })).status).toBe(
      404,
    )
    expect(asked).toEqual([])
  })
})
