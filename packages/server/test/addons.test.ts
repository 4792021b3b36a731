import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { newCluster, newProfile, openClusterApi } from './support/clusters.ts'

let api: TestApi
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())

interface Attached {
  uid: string
  packs: { name: string; tag: string; type: string; values: string }[]
}

/** As the Go SDK adds an add-on: with each profile it sends the layers of those before it too. */
async function attach(call: Caller, cluster: string, addon: string) {
  const attached: Attached[] = (await call(`GET /v1/spectroclusters/${cluster}`)).body.spec.clusterProfileTemplates
  const packValues: Attached['packs'] = []
  const present = attached.map(({ uid, packs }) => {
    packValues.push(...packs.map(({ name, tag, type, values }) => ({ name, tag, type, values })))
    return { uid, packValues: [...packValues] }
  })
  const packs: { spec: { name: string } }[] = (await call(`GET /v1/clusterprofiles/${addon}/packs`)).body.items
  const added = { uid: addon, packValues: packs.map(({ spec }) => ({ name: spec.name })) }
  return call(`PUT /v1/spectroclusters/${cluster}/profiles`, { body: { profiles: [...present, added] } })
}

describe('add-ons of a cluster', () => {
  test('are added by clients that send the layers of all profiles with each, and what was given stays', async () => {
    const { call, cluster, infra, addon } = await newCluster(api)
    const more = await newProfile(call, 'more', 'add-on')
    const base = `/v1/spectroclusters/${cluster}`
    const variables = [{ name: 'replicas', value: '7' }]
    await call(`PATCH ${base}/variables`, { body: [{ profileUid: addon, variables }] })

    const answer = await attach(call, cluster, more)
    expect(answer.status, answer.text).toBe(204)
    const templates: Attached[] = (await call(`GET ${base}`)).body.spec.clusterProfileTemplates
    expect(templates.map(({ uid, packs }) => [uid, packs.map(({ name }) => name)])).toEqual([
      [infra, ['infra-layer']],
      [addon, ['web-layer']],
      [more, ['more-layer']],
    ])
    const values: { profileUid: string }[] = (await call(`GET ${base}/variables`)).body
    expect(values.find(({ profileUid }) => profileUid === addon)).toMatchObject({ variables })
  })

  test('are refused with values for a layer that no profile of the request has', async () => {
    const { call, cluster, infra, addon } = await newCluster(api)
    const profiles = [{ uid: infra }, { uid: addon, packValues: [{ name: 'nope', values: 'a: 1' }] }]
    const { status, body } = await call(`PUT /v1/spectroclusters/${cluster}/profiles`, { body: { profiles } })
    expect([status, body.details?.field]).toEqual([400, 'profiles[1].packValues'])
  })
})
