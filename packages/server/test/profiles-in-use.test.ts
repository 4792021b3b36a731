import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { newCluster, newProfile, openClusterApi } from './support/clusters.ts'

let api: TestApi
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())

describe('several profiles at once', () => {
  test('are deleted each by itself: what is in use or not there is told, and keeps no other', async () => {
    const { call, addon } = await newCluster(api)
    const other = await newProfile(call, 'other', 'add-on')
    const missing = '0123456789abcdef01234567'
    const remove = (uids: string[]) => call('DELETE /v1/clusterprofiles/bulk', { body: { uids } })

    const some = await remove([addon, other, other, missing])
    expect(some.status, some.text).toBe(200)
    expect(some.body).toEqual({
      deletedCount: 1,
      isSucceeded: false,
      message: '1 of 3 profiles are deleted.',
      failures: [
        { uid: addon, errMsg: expect.stringContaining('is used by one') },
        { uid: missing, errMsg: expect.stringContaining('is not found') },
      ],
    })
    expect((await call(`GET /v1/clusterprofiles/${other}`)).status).toBe(404)
    expect((await call(`GET /v1/clusterprofiles/${addon}`)).status).toBe(200)

    const more = await newProfile(call, 'more', 'add-on')
    expect((await remove([more])).body).toMatchObject({ deletedCount: 1, isSucceeded: true, failures: [] })
  })

  test('of another tenant are not there', async () => {
    const { call, addon } = await newCluster(api)
    const stranger = await newCluster(api)
    const free = await newProfile(call, 'free', 'add-on')
    const answer = await stranger.call('DELETE /v1/clusterprofiles/bulk', { body: { uids: [addon, free] } })
    expect(answer.body).toMatchObject({ deletedCount: 0, isSucceeded: false })
    expect((await call(`GET /v1/clusterprofiles/${free}`)).status).toBe(200)
  })
})

test('a summary of a profile tells its layers, versions and users, and no values', async () => {
  const { call, cluster, addon } = await newCluster(api)
  const newer = await newProfile(call, 'web', 'add-on', '1.1.0')
  const { status, body } = await call(`GET /v1/dashboard/clusterprofiles/${addon}`)
  expect(status).toBe(200)
  expect(body.metadata).toMatchObject({ uid: addon, name: 'web', annotations: { scope: 'project' } })
  expect(body.specSummary).toMatchObject({ version: '1.0.0', published: { type: 'add-on', cloudType: 'all' } })
  expect(body.specSummary.versions).toEqual([
    { uid: addon, version: '1.0.0' },
    { uid: newer, version: '1.1.0' },
  ])
  const [pack] = body.specSummary.published.packs
  expect(pack).toMatchObject({ name: 'web-layer', type: 'manifest', layer: 'addon', tag: '1.0.0' })
  expect(pack).not.toHaveProperty('values')
  expect(body.status).toMatchObject({ isPublished: true, inUseClusters: [{ uid: cluster, name: 'one' }] })
  expect((await call('GET /v1/dashboard/clusterprofiles/web')).body.code).toBe('ResourceNotFound')
})
