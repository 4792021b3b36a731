import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { codeOf, made, succeed } from './support/calls.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
let base: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  base = await newCluster(api)
})
afterAll(() => api.close())

test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
  'clusters are not searched by %s, which every object has',
  async (property) => {
    const condition = { string: { operator: 'eq', match: { values: ['x'] } } }
    const body = { filter: { filterGroups: [{ filters: [{ property, type: 'string', condition }] }] } }
    expect(await codeOf(base.call, 'POST /v1/dashboard/spectroclusters/search', body)).toBe('InvalidRequest')
  },
)

test.each(['9999-12-31T23:59:59-01:00', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', 'soon'])(
  'nothing ends at %s, which the database does not know',
  async (expiry) => {
    const key = { metadata: { name: 'k' }, spec: { expiry } }
    expect((await base.call('POST /v1/apiKeys', { body: key })).body.details).toEqual({ field: 'spec.expiry' })
    const token = { metadata: { name: 't' }, spec: { expiry, defaultProjectUid: base.project } }
    expect((await base.call('POST /v1/edgehosts/tokens', { body: token })).body.details).toEqual({
      field: 'spec.expiry',
    })
  },
)

test('behind the last entry of a record there is nothing, however far', async () => {
  for (const offset of ['1e300', '9'.repeat(30)])
    expect((await base.call('GET /v1/audits', { query: { offset } })).body.items).toEqual([])
  const operator = api.as({ Authorization: `Bearer ${api.operatorToken}` })
  expect(
    (await operator('GET /atrium/v1/system/audit', { query: { before: '1e300' } })).body.items.length,
  ).toBeGreaterThan(0)
})

describe('what people read', () => {
  test.each(['\u001b[2Jk', 'k) 2026-01-01 admin deleted all\nk', 'a\tb'])('is no key named %j', async (name) => {
    const body = { metadata: { name }, spec: {} }
    expect((await base.call('POST /v1/apiKeys', { body })).body.details).toEqual({ field: 'metadata.name' })
    const uid = await made(base.call, 'POST /v1/apiKeys', { metadata: { name: 'plain' }, spec: {} })
    expect((await base.call(`PUT /v1/apiKeys/${uid}`, { body })).body.details).toEqual({ field: 'metadata.name' })
  })

  test('is no person whose name holds control characters, or fills a page', async () => {
    for (const firstName of ['a\u001b[31m', 'x'.repeat(254)]) {
      const spec = { emailId: 'named@example.com', firstName, lastName: 'L' }
      expect((await base.call('POST /v1/users', { body: { spec } })).body.details).toEqual({ field: 'spec.firstName' })
    }
  })

  test('nor the first one of a tenant, which is not made then', async () => {
    const operator = api.as({ Authorization: `Bearer ${api.operatorToken}` })
    const admin = { adminEmail: 'first@example.com', adminFirstName: 'a\u0007', adminLastName: 'L' }
    const refused = await operator('POST /atrium/v1/tenants/invite', { body: { name: 'unmade', ...admin } })
    expect(refused.body.details, refused.text).toEqual({ field: 'adminFirstName' })
    expect((await operator('GET /atrium/v1/tenants')).text).not.toContain('unmade')
  })

  test('is no second e-mail that looks like the first', async () => {
    const spec = (emailId: string) => ({ spec: { emailId, firstName: 'A', lastName: 'B' } })
    await made(base.call, 'POST /v1/users', spec('andr\u00e9@example.com'))
    expect(await codeOf(base.call, 'POST /v1/users', spec('ANDRE\u0301@example.com'))).toBe('DuplicateName')
    for (const hidden of ['\u200b', '\u202e', '\u00ad', '\u0007'])
      expect(await codeOf(base.call, 'POST /v1/users', spec(`andr\u00e9${hidden}@example.com`))).toBe('InvalidRequest')
  })

  test('and people sign in with an e-mail however their keyboard writes it', async () => {
    const spec = { emailId: 'zo\u00eb@example.com', firstName: 'Z', lastName: 'Z' }
    const uid = await made(base.call, 'POST /v1/users', { spec })
    await succeed(base.call, `PUT /atrium/v1/users/${uid}/password`, { password: 'correct horse' })
    const signIn = { emailId: 'zoe\u0308@example.com', password: 'correct horse' }
    expect((await api.as({})('POST /v1/auth/authenticate', { body: signIn })).status).toBe(200)
  })
})

test('a macro that could not be kept is refused', async () => {
  const body = { macros: [{ name: '__proto__', value: 'v' }] }
  expect(await codeOf(base.call, `POST /v1/projects/${base.project}/macros`, body)).toBe('InvalidRequest')
})

describe('a file of a profile', () => {
  const importFile = async (content: string) => {
    const form = new FormData()
    form.append('importFile', new File([content], 'profile.yaml'))
    const request = new Response(form)
    const headers = { 'content-type': request.headers.get('content-type') ?? '' }
    return base.call('POST /v1/clusterprofiles/import/file', { headers, body: await request.text() })
  }

  test.each([
    ['JSON', '{"metadata":{"name":"p","labels":{"__proto__":"x"}}}', 'metadata.labels.__proto__'],
    ['YAML', 'metadata: {name: p, labels: {__proto__: x}}', 'metadata.labels.__proto__'],
    ['an escape', '{"metadata":{"\\u005f_proto__":{"a":1}}}', 'metadata.__proto__'],
    ['a constructor', 'spec: {constructor: {prototype: {a: 1}}}', 'spec.constructor'],
  ])('changes no prototype: %s', async (_how, content, field) => {
    expect((await importFile(content)).body.details).toEqual({ field })
  })

  test('is read without comparing its keys with each other: the last of one counts, as in JSON', async () => {
    const spec = 'spec: {version: 1.0.0, template: {cloudType: all, type: add-on, packs: []}}'
    expect((await importFile(`metadata: {name: first}\nmetadata: {name: last}\n${spec}\n`)).status).toBe(201)
    const keys = Array.from({ length: 10_001 }, (_, at) => `k${at}:`).join('\n')
    expect((await importFile(keys)).body.message).toContain('more than 10000 entries')
  })
})
