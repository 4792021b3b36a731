import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { clusterBody, type MadeCluster, newCluster, newProfile, openClusterApi } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
})
afterAll(() => api.close())

const at = '/v1/clusterTemplates'
let count = 0
const newTemplate = async (spec: object, metadata: object = {}): Promise<string> => {
  const name = `template-${(count += 1)}`
  const created = await made.call(`POST ${at}`, { body: { metadata: { name, ...metadata }, spec } })
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}
const newPolicy = async (): Promise<string> => {
  const spec = { schedules: [{ name: 'nights', startCron: '0 2 * * *', durationHrs: 4 }] }
  const metadata = { name: `policy-${(count += 1)}` }
  return (await made.call('POST /v1/spcPolicies/maintenance', { body: { metadata, spec } })).body.uid
}
const fromTemplate = (uid: string, profiles: object[] = []) => {
  const body = clusterBody(made.account, []) as { metadata: object; spec: object }
  const metadata = { ...body.metadata, name: `cluster-${(count += 1)}` }
  return made.call('POST /v1/spectroclusters/cloudTypes/local', {
    body: { metadata, spec: { ...body.spec, profiles, clusterTemplate: { uid } } },
  })
}
const newOf = async (uid: string, profiles: object[] = []): Promise<string> => {
  const created = await fromTemplate(uid, profiles)
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}
const templateOf = async (uid: string) => (await made.call(`GET ${at}/${uid}`)).body
const clusterOf = async (uid: string) => (await made.call(`GET /v1/spectroclusters/${uid}`)).body.spec
const profilesOf = async (uid: string): Promise<string[]> =>
  (await clusterOf(uid)).clusterProfileTemplates.map((one: { uid: string }) => one.uid)
const valuesOf = async (uid: string): Promise<Record<string, unknown>> => {
  const all = (await made.call(`GET /v1/spectroclusters/${uid}/variables`)).body as {
    profileUid: string
    variables: { value?: string }[]
  }[]
  return Object.fromEntries(all.map(({ profileUid, variables }) => [profileUid, variables[0]?.value]))
}
const upgrade = (uid: string, clusterUids?: string[]) =>
  made.call(`PATCH /v1/spectroclusters/clusterTemplates/${uid}/clusters/upgrade`, { body: { clusterUids } })

describe('a cluster template', () => {
  test('is read as it was written, and changes part by part', async () => {
    const [policy, other] = [await newPolicy(), await newPolicy()]
    const variables = [{ name: 'replicas', value: '2', assignStrategy: 'all' }]
    const uid = await newTemplate(
      {
        cloudType: 'local',
        profiles: [{ uid: made.infra, variables }],
        policies: [{ uid: policy, kind: 'maintenance' }],
      },
      { labels: { team: 'a' }, annotations: { description: 'd' } },
    )
    const { metadata, spec, status } = await templateOf(uid)
    expect(metadata).toMatchObject({ labels: { team: 'a' }, annotations: { description: 'd', scope: 'project' } })
    expect(spec).toEqual({
      cloudType: 'local',
      profiles: [{ uid: made.infra, variables }],
      policies: [{ uid: policy, kind: 'maintenance' }],
      clusters: {},
    })
    expect(status).toEqual({ state: 'Pending' })

    const renamed = { metadata: { name: 'renamed', labels: {} } }
    expect((await made.call(`PATCH ${at}/${uid}/metadata`, { body: renamed })).status).toBe(204)
    const profiles = [{ uid: made.addon }, { uid: made.infra }]
    expect((await made.call(`PUT ${at}/${uid}/profiles`, { body: { profiles } })).status).toBe(204)
    expect((await made.call(`PATCH ${at}/${uid}/policies`, { body: { policies: [{ uid: other }] } })).status).toBe(204)
    const after = await templateOf(uid)
    expect(after.metadata).toMatchObject({ name: 'renamed', labels: {} })
    expect(after.metadata.annotations.description).toBeUndefined()
    expect(after.spec).toMatchObject({ cloudType: 'local', profiles, policies: [{ uid: other }] })

    const held = await made.call(`DELETE /v1/spcPolicies/${other}`)
    expect([held.body.code, held.body.message]).toEqual(['ResourceInUse', expect.stringContaining('renamed')])
    const using = await made.call('POST /v1/dashboard/spcPolicies?limit=0', { body: {} })
    expect(using.body.items.find((one: { metadata: { uid: string } }) => one.metadata.uid === other).status).toEqual({
      inUseClusterTemplates: [{ uid, name: 'renamed', state: 'Pending' }],
    })
    expect((await made.call(`DELETE ${at}/${uid}`)).status).toBe(204)
    expect((await made.call(`GET ${at}/${uid}`)).status).toBe(404)
    for (const one of [policy, other]) expect((await made.call(`DELETE /v1/spcPolicies/${one}`)).status).toBe(204)
  })

  test('is refused with what is not there, or does not go together', async () => {
    const refusedFor = async (spec: object): Promise<string> => {
      const refused = await made.call(`POST ${at}`, { body: { metadata: { name: 'bad' }, spec } })
      expect(refused.status, refused.text).toBe(400)
      return refused.body.details.field
    }
    const variable = { name: 'replicas', value: '1' }
    const of = (variables: object[]) => ({ cloudType: 'local', profiles: [{ uid: made.infra, variables }] })
    expect(await refusedFor({ profiles: [] })).toBe('spec.cloudType')
    expect(await refusedFor({ cloudType: 'local', profiles: [{ uid: 'x' }] })).toBe('spec.profiles[0].uid')
    expect(await refusedFor({ cloudType: 'local', policies: [{ uid: 'x' }] })).toBe('spec.policies[0].uid')
    expect(await refusedFor({ cloudType: 'local', profiles: [{ uid: made.infra }, { uid: made.infra }] })).toBe(
      'spec.profiles[1].uid',
    )
    expect(await refusedFor(of([{ name: 'none' }]))).toBe('spec.profiles[0].variables[0].name')
    expect(await refusedFor(of([{ ...variable, clusters: [{ uid: made.cluster }] }]))).toBe(
      'spec.profiles[0].variables[0].clusters',
    )
  })

  test('makes clusters with its profiles and values, and is held by them', async () => {
    const variables = [{ name: 'replicas', value: '3', assignStrategy: 'all' }]
    const own = [{ name: 'replicas', assignStrategy: 'cluster' }]
    const profiles = [
      { uid: made.infra, variables },
      { uid: made.addon, variables: own },
    ]
    const uid = await newTemplate({ cloudType: 'local', profiles })
    const cluster = await newOf(uid, [
      { uid: made.addon, variables: [{ name: 'replicas', value: '7' }], packValues: [] },
    ])
    expect(await profilesOf(cluster)).toEqual([made.infra, made.addon])
    expect(await valuesOf(cluster)).toEqual({ [made.infra]: '3', [made.addon]: '7' })
    expect((await clusterOf(cluster)).clusterTemplate).toMatchObject({ uid })
    const { spec, status } = await templateOf(uid)
    expect(spec.clusters).toEqual({ [cluster]: { clusterUid: cluster, name: expect.stringMatching(/^cluster-/) } })
    expect(status.state).toBe('Applied')
    const held = await made.call(`DELETE ${at}/${uid}`)
    expect(held.body.code).toBe('ResourceInUse')
    const summary = await made.call('POST /v1/dashboard/clusterTemplates?limit=0', { body: {} })
    expect(summary.body.items).toMatchObject([{ metadata: { uid }, status: { inUseClusters: [{ uid: cluster }] } }])

    const fields = []
    for (const profile of [
      { uid: 'x' },
      { uid: made.infra, packValues: [{ name: 'infra-layer', values: 'a: 1' }] },
      { uid: made.infra, variables: [{ name: 'replicas', value: '4' }] },
    ]) {
      fields.push((await fromTemplate(uid, [profile])).body.details.field)
    }
    expect(fields).toEqual(['spec.profiles[0].uid', 'spec.profiles[0].packValues', 'spec.profiles[0].variables'])
    expect((await fromTemplate('x')).body.details.field).toBe('spec.clusterTemplate.uid')
  })

  test('brings newer versions to its clusters when it is asked to, and leaves what they have of their own', async () => {
    const [extra, newer] = [
      await newProfile(made.call, 'extra', 'add-on'),
      await newProfile(made.call, 'web', 'add-on', '2.0.0'),
    ]
    const profiles = [{ uid: made.infra }, { uid: made.addon }]
    const uid = await newTemplate({ cloudType: 'local', profiles })
    const [one, two] = [
      await newOf(uid, [{ uid: made.addon, variables: [{ name: 'replicas', value: '5' }] }]),
      await newOf(uid),
    ]
    await made.call(`PATCH /v1/spectroclusters/${one}/profiles`, { body: { profiles: [{ uid: extra }] } })
    const body = { profiles: [{ uid: made.infra }, { uid: newer }] }
    expect((await made.call(`PUT ${at}/${uid}/profiles`, { body })).status).toBe(204)
    expect(await profilesOf(one)).toEqual([made.infra, made.addon, extra])
    expect((await templateOf(uid)).status.state).toBe('Pending')

    expect((await upgrade(uid, [one])).status).toBe(204)
    expect(await profilesOf(one)).toEqual([made.infra, newer, extra])
    expect((await valuesOf(one))[newer]).toBe('5')
    expect(await profilesOf(two)).toEqual([made.infra, made.addon])
    expect((await templateOf(uid)).status.state).toBe('PartiallyApplied')
    expect((await upgrade(uid)).status).toBe(204)
    expect(await profilesOf(two)).toEqual([made.infra, newer])
    expect((await templateOf(uid)).status.state).toBe('Applied')

    await made.call(`PUT ${at}/${uid}/profiles`, { body: { profiles: [{ uid: made.infra }] } })
    await upgrade(uid)
    expect([await profilesOf(one), await profilesOf(two)]).toEqual([[made.infra, extra], [made.infra]])
    expect((await upgrade(uid, [made.cluster])).body.details.field).toBe('clusterUids[0]')
  })

  test('names the clusters that cannot follow, and the others do', async () => {
    const draft = await made.call('POST /v1/clusterprofiles', {
      body: {
        metadata: { name: 'draft' },
        spec: { version: '1.0.0', template: { cloudType: 'all', type: 'add-on', packs: [] }, variables: [] },
      },
    })
    const uid = await newTemplate({ cloudType: 'local', profiles: [{ uid: made.infra }] })
    const cluster = await newOf(uid)
    const body = { profiles: [{ uid: made.infra }, { uid: draft.body.uid }] }
    await made.call(`PUT ${at}/${uid}/profiles`, { body })
    const refused = await upgrade(uid)
    expect([refused.status, refused.body.code]).toEqual([409, 'InvalidState'])
    expect(refused.body.details.clusters).toMatchObject([{ uid: cluster, message: expect.stringContaining('draft') }])
    expect(await profilesOf(cluster)).toEqual([made.infra])
  })

  test('gives single clusters values of their own', async () => {
    const own = [{ name: 'replicas', assignStrategy: 'cluster' }]
    const uid = await newTemplate({ cloudType: 'local', profiles: [{ uid: made.infra, variables: own }] })
    const cluster = await newOf(uid)
    const patch = (clusters: object[]) => {
      const profiles = [{ uid: made.infra, variables: [{ name: 'replicas', clusters }] }]
      return made.call(`PATCH ${at}/${uid}/profiles/variables`, { body: { profiles } })
    }
    expect((await patch([])).status).toBe(204)
    expect((await patch([{ uid: cluster, value: '9' }])).status).toBe(204)
    expect(await valuesOf(cluster)).toEqual({ [made.infra]: '9' })
    expect((await patch([{ uid: made.cluster, value: '9' }])).body.details.field).toBe(
      'profiles[0].variables[0].clusters',
    )
  })

  test('of the tenant makes clusters in its projects; whoever only looks upgrades nothing', async () => {
    const { call: tenantWide } = await api.newUser(made.tenant, [{ role: 'Tenant Admin' }])
    const infra = await newProfile(tenantWide, 'shared', 'infra')
    const spec = { cloudType: 'all', profiles: [{ uid: infra }] }
    const uid = (await tenantWide(`POST ${at}`, { body: { metadata: { name: 'shared' }, spec } })).body.uid
    expect((await templateOf(uid)).metadata.annotations.scope).toBe('tenant')
    const { call: asViewer } = await api.newUser(made.tenant, [{ role: 'Project Viewer', project: made.project }])
    expect((await asViewer(`GET ${at}/${uid}`)).status).toBe(200)
    const tried = await asViewer(`PATCH /v1/spectroclusters/clusterTemplates/${uid}/clusters/upgrade`, { body: {} })
    expect(tried.status).toBe(403)
    const { call: asAdmin } = await api.newUser(made.tenant, [{ role: 'Cluster Admin', project: made.project }])
    const cluster = await newOf(uid)
    const changed = await asAdmin(`PATCH /v1/spectroclusters/${cluster}/profiles`, {
      body: { profiles: [{ uid: made.addon }] },
    })
    expect(changed.status, changed.text).toBe(204)
  })
})
