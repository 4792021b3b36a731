import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())

test('tags in use are told once each, of what the caller sees', async () => {
  const { call, cluster, tenant, project } = await newCluster(api)
  const labels = { team: 'a', blue: 'spectro__tag' }
  await call(`PATCH /v1/spectroclusters/${cluster}/metadata`, { body: { metadata: { labels } } })
  const policy = (name: string) => ({ metadata: { name, labels: { team: 'a' } }, spec: { schedules: [] } })
  for (const name of ['one', 'two']) await call('POST /v1/spcPolicies/maintenance', { body: policy(name) })
  expect((await call('GET /v1/spectroclusters/tags')).body).toEqual({ tags: ['blue', 'team:a'] })
  expect((await call('GET /v1/clusterTemplates/tags')).body).toEqual({ tags: [] })
  const { call: other } = await api.newUser(tenant, [{ role: 'Cluster Account Viewer', project }])
  const withHeader = { headers: { ProjectUid: project } }
  for (const options of [{}, withHeader])
    expect((await other('GET /v1/spectroclusters/tags', options)).body, 'tags are for everybody to ask').toEqual({
      tags: [],
    })
  expect((await call('GET /v1/spectroclusters/tags', withHeader)).body).toEqual({ tags: ['blue', 'team:a'] })
  const { call: stranger } = await api.newTenant()
  expect((await stranger('GET /v1/spectroclusters/tags')).body).toEqual({ tags: [] })
  expect((await stranger('GET /v1/spectroclusters/tags', withHeader)).body.code).toBe('ResourceNotFound')
})
