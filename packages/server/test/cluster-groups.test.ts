import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, newProfile, openClusterApi } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
let tenantWide: Caller
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
  tenantWide = (await api.newUser(made.tenant, [{ role: 'Tenant Admin' }])).call
})
afterAll(() => api.close())

const at = '/v1/clustergroups'
let count = 0
const newGroup = async (spec: object, by: Caller = made.call): Promise<string> => {
  const name = `group-${(count += 1)}`
  const created = await by(`POST ${at}`, { body: { metadata: { name }, spec: { type: 'hostCluster', ...spec } } })
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}
const host = (clusterUid: string, name: string) => ({
  clusterUid,
  endpointConfig: { ingressConfig: { host: name } },
})
const config = (hosts: object[]) => ({
  ...{ endpointType: 'Ingress', kubernetesDistroType: 'k3s', values: 'a: 1 # as sent' },
  limitConfig: { cpuMilliCore: 6000, memoryMiB: 8192, overSubscription: 120, storageGiB: 10 },
  hostClustersConfig: hosts,
})
const groupOf = async (uid: string, by: Caller = made.call) => (await by(`GET ${at}/${uid}`)).body

describe('a cluster group', () => {
  test('is read as it was written, is active, and holds its clusters', async () => {
    const clusterRefs = [{ clusterUid: made.cluster }]
    const profiles = [{ uid: made.addon, variables: [{ name: 'replicas', value: '2' }] }]
    const uid = await newGroup({ clusterRefs, clustersConfig: config([host(made.cluster, '*.dev')]), profiles })
    const { metadata, spec, status } = await groupOf(uid)
    expect(metadata.annotations).toMatchObject({ scope: 'project', projectUid: made.project })
    expect(spec).toMatchObject({ type: 'hostCluster', clusterRefs: [{ clusterUid: made.cluster, clusterName: 'one' }] })
    expect(spec.clustersConfig).toEqual(config([host(made.cluster, '*.dev')]))
    expect(spec.clusterProfileTemplates).toMatchObject([{ uid: made.addon, type: 'add-on' }])
    expect(status).toEqual({ isActive: true })
    const { summaries } = (await made.call(`GET ${at}/hostCluster`)).body
    expect(summaries).toMatchObject([{ metadata: { uid }, spec: { scope: 'project', hostClustersCount: 1 } }])
    const held = await made.call(`DELETE /v1/spectroclusters/${made.cluster}`)
    expect(held.body.code).toBe('ResourceInUse')
    expect((await made.call(`DELETE ${at}/${uid}`)).status).toBe(204)
    expect((await made.call(`GET ${at}/${uid}`)).status).toBe(404)
  })

  test('of nothing has what clients take for granted', async () => {
    const uid = await newGroup({ clusterRefs: null, profiles: null })
    expect((await groupOf(uid)).spec).toEqual({
      ...{ type: 'hostCluster', clusterRefs: [], clusterProfileTemplates: [] },
      clustersConfig: { limitConfig: {}, hostClustersConfig: [] },
    })
    const body = {
      clusterRefs: [{ clusterUid: made.cluster }],
      clustersConfig: { hostClustersConfig: [{ clusterUid: made.cluster }] },
    }
    expect((await made.call(`PUT ${at}/${uid}/hostCluster`, { body })).status).toBe(204)
    expect((await groupOf(uid)).spec.clustersConfig.hostClustersConfig).toEqual([
      { clusterUid: made.cluster, endpointConfig: {} },
    ])
    await made.call(`DELETE ${at}/${uid}`)
  })

  test('changes part by part, and the other parts stay', async () => {
    const uid = await newGroup({ clustersConfig: config([]), profiles: [{ uid: made.addon }] })
    const metadata = { name: 'renamed', labels: { team: 'a' }, annotations: { description: 'd' } }
    expect((await made.call(`PUT ${at}/${uid}/meta`, { body: metadata })).status).toBe(204)
    const newer = await newProfile(made.call, 'web', 'add-on', '2.0.0')
    expect((await made.call(`PUT ${at}/${uid}/profiles`, { body: { profiles: [{ uid: newer }] } })).status).toBe(204)
    const after = await groupOf(uid)
    expect(after.metadata).toMatchObject(metadata)
    expect(after.spec.clustersConfig).toEqual(config([]))
    expect(after.spec.clusterProfileTemplates).toMatchObject([{ uid: newer, profileVersion: '2.0.0' }])
    expect((await made.call(`DELETE /v1/clusterprofiles/${newer}`)).body.code).toBe('ResourceInUse')
    await made.call(`DELETE ${at}/${uid}`)
  })

  test('is refused with what is not there, or is no add-on', async () => {
    const refusedFor = async (spec: object): Promise<string> => {
      const refused = await made.call(`POST ${at}`, { body: { metadata: { name: 'bad' }, spec } })
      expect(refused.status, refused.text).toBe(400)
      return refused.body.details.field
    }
    expect(await refusedFor({ clusterRefs: [{}] })).toBe('spec.clusterRefs[0].clusterUid')
    expect(await refusedFor({ clusterRefs: [{ clusterUid: 'x' }] })).toBe('clusterRefs[0].clusterUid')
    expect(await refusedFor({ clustersConfig: config([host(made.cluster, 'a')]) })).toBe(
      'spec.clustersConfig.hostClustersConfig[0].clusterUid',
    )
    expect(await refusedFor({ profiles: [{ uid: made.infra }] })).toBe('spec.profiles[0].uid')
    expect(await refusedFor({ profiles: [{ uid: made.addon }, { uid: made.addon }] })).toBe('spec.profiles[1].uid')
  })

  test('of the tenant holds clusters of its projects, and shows them to those who see them', async () => {
    const uid = await newGroup(
      { clusterRefs: [{ clusterUid: made.cluster }], clustersConfig: config([host(made.cluster, 'a')]) },
      tenantWide,
    )
    expect((await groupOf(uid, tenantWide)).spec.clusterRefs).toMatchObject([{ clusterUid: made.cluster }])
    expect((await tenantWide(`GET ${at}/hostCluster/metadata`)).body.items).toMatchObject([{ uid, scope: 'tenant' }])
    const held = await made.call(`DELETE /v1/spectroclusters/${made.cluster}`)
    expect(held.body.code).toBe('ResourceInUse')

    const other = (await tenantWide('POST /v1/projects', { body: { metadata: { name: 'other' } } })).body.uid
    const { call: outsider } = await api.newUser(made.tenant, [{ role: 'Project Viewer', project: other }])
    const seen = (await groupOf(uid, outsider)).spec
    expect([seen.clusterRefs, seen.clustersConfig.hostClustersConfig]).toEqual([[], []])
    // Profiles are shown to all who see the group, so those of a project are not for it.
    const profiles = { body: { profiles: [{ uid: made.addon }] } }
    expect((await tenantWide(`PUT ${at}/${uid}/profiles`, profiles)).status).toBe(404)
    // A group of another project takes no cluster of this one.
    const body = { metadata: { name: 'theirs' }, spec: { clusterRefs: [{ clusterUid: made.cluster }] } }
    const refused = await tenantWide(`POST ${at}`, { body, headers: { ProjectUid: other } })
    expect(refused.status).toBe(400)
    await tenantWide(`DELETE ${at}/${uid}`)
  })
})
