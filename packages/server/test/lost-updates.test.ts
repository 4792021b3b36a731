import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, newProfile, openClusterApi } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
})
afterAll(() => api.close())

const etagOf = async (path: string): Promise<string> => {
  const { headers } = await made.call(`GET ${path}`)
  expect(headers.etag, path).toMatch(/^"[0-9a-z]+"$/)
  return String(headers.etag)
}
const rename = (name: string, headers: Record<string, string> = {}, path = `/v1/projects/${made.project}`) =>
  made.call(`PUT ${path}`, { headers, body: { metadata: { name } } })

test('who changes what somebody else has changed meanwhile is told so, and nothing is lost', async () => {
  const path = `/v1/projects/${made.project}`
  const read = await etagOf(path)
  const first = await rename('first', { 'If-Match': read })
  expect(first.status).toBe(204)
  expect(first.headers.etag).toBe(await etagOf(path))
  const second = await rename('second', { 'If-Match': read })
  expect([second.status, second.body.code]).toEqual([412, 'PreconditionFailed'])
  expect(second.body.message).toContain("Project 'first' has changed")
  expect(second.body.details).toEqual({ field: 'If-Match', etag: await etagOf(path) })
  expect((await made.call(`GET ${path}`)).body.metadata.name).toBe('first')
  expect((await rename('second', { 'If-Match': second.body.details.etag })).status).toBe(204)
  expect((await rename('third')).status, 'without the header as ever').toBe(204)
})

test('of many who come together with one version, one is served', async () => {
  const read = await etagOf(`/v1/projects/${made.project}`)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => rename(`run-${index}`, { 'If-Match': read })),
  )
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, ...Array(7).fill(412)])
})

test('a version may be one of several, weak, or any', async () => {
  const read = await etagOf(`/v1/projects/${made.project}`)
  expect((await rename('a', { 'If-Match': `"x", W/${read}` })).status).toBe(204)
  expect((await rename('b', { 'If-Match': '*' })).status).toBe(204)
  expect((await rename('c', { 'If-Match': '"x", "y"' })).status).toBe(412)
  for (const wrong of ['x', '"open', ',', Array(30).fill('"x"').join(',')]) {
    const { status, body } = await rename('d', { 'If-Match': wrong })
    expect([wrong, status, body.details?.field]).toEqual([wrong, 400, 'If-Match'])
  }
})

test('a deletion is held to it, and so is a change in parts', async () => {
  const path = `/v1/clusterprofiles/${await newProfile(made.call, 'spare', 'add-on')}`
  const stale = await etagOf(path)
  await made.call(`PATCH ${path}/metadata`, { body: { metadata: { name: 'renamed' }, spec: { version: '1.0.0' } } })
  const refused = await made.call(`DELETE ${path}`, { headers: { 'If-Match': stale } })
  expect(refused.status).toBe(412)
  const patched = await made.call(`PATCH ${path}/publish`, { headers: { 'If-Match': stale } })
  expect(patched.status).toBe(412)
})

test('infrastructure has the version of its cluster; what agents report is no change', async () => {
  const config = `/v1/cloudconfigs/cloudTypes/local/${made.config}`
  const read = await etagOf(config)
  expect(read).toBe(await etagOf(`/v1/spectroclusters/${made.cluster}`))
  await api.context.store.transaction(made.tenant, { type: 'system', uid: 's', name: 's' }, (tx) =>
    tx.updateStatus('Cluster', made.cluster, { status: { openDeviations: 3 } }),
  )
  expect(await etagOf(config)).toBe(read)
  const pool = `${config}/machinePools/workers`
  expect((await made.call(`DELETE ${pool}`, { headers: { 'If-Match': '"stale"' } })).status).toBe(412)
  expect((await made.call(`DELETE ${pool}`, { headers: { 'If-Match': read } })).status).toBe(204)
  expect(await etagOf(config)).not.toBe(read)
})

test('what has no version refuses to be asked for one, and changes nothing', async () => {
  const user = (
    await made.call('POST /v1/users', { body: { spec: { emailId: 'a@b.test', firstName: 'A', lastName: 'B' } } })
  ).body.uid
  for (const [route, body] of [
    [`PUT /v1/users/${user}`, { spec: { emailId: 'a@b.test', firstName: 'C', lastName: 'D' } }],
    [`POST /v1/projects/${made.project}/macros`, { macros: [{ name: 'one', value: '1' }] }],
    ['POST /v1/projects', { metadata: { name: 'another' } }],
  ] as const) {
    const { status, body: error } = await made.call(route, { body, headers: { 'If-Match': '"x"' } })
    expect([route, status, error.details?.field]).toEqual([route, 400, 'If-Match'])
  }
  expect((await made.call(`GET /v1/users/${user}`)).body.spec.firstName).toBe('A')
  expect((await made.call(`GET /v1/projects/${made.project}/macros`)).body.macros ?? []).toEqual([])
})

test('lists and what is not one object have none', async () => {
  for (const path of ['/v1/clusterprofiles/metadata', '/v1/users', `/v1/projects/${made.project}/macros`])
    expect((await made.call(`GET ${path}`)).headers.etag, path).toBeUndefined()
})
