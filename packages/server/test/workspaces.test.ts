import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
  const credentials = { credentialType: 'secret', accessKey: 'a', secretKey: 'hush' }
  const config = { bucketName: 'b', region: 'r', s3Url: 'https://minio.example.com', credentials }
  const place = await made.call('POST /v1/users/assets/locations/minio', {
    body: { metadata: { name: 'vault' }, spec: { config } },
  })
  location = place.body.uid
})
afterAll(() => api.close())

const binding = (name: string) => ({
  ...{ type: 'RoleBinding', namespace: 'team', role: { kind: 'Role', name } },
  subjects: [{ type: 'ServiceAccount', name: 'bot', namespace: 'team' }],
})
const clusterBinding = {
  ...{ type: 'ClusterRoleBinding', role: { kind: 'ClusterRole', name: 'view' } },
  subjects: [{ type: 'Group', name: 'developers' }],
}
const namespaces = (cluster: string) => [
  {
    name: 'team',
    image: { blackListedImages: ['nginx:latest'] },
    namespaceResourceAllocation: {
      defaultResourceAllocation: { cpuCores: 2, memoryMiB: 2048, gpuConfig: { limit: 1, provider: 'nvidia' } },
      clusterResourceAllocations: [{ clusterUid: cluster, resourceAllocation: { cpuCores: -1, memoryMiB: 512 } }],
    },
  },
  { name: '/^team-.*/', isRegex: true, namespaceResourceAllocation: { defaultResourceAllocation: { cpuCores: 1 } } },
]
const policy = (cluster: string) => ({
  backupConfig: {
    ...{ backupPrefix: 'nightly', backupLocationUid: location, durationInHours: 48, includeAllDisks: true },
    ...{ namespaces: ['team'], schedule: { scheduledRunTime: '0 1 * * *' }, includeClusterResourceMode: 'Always' },
  },
  clusterUids: [cluster],
  includeAllClusters: false,
})
let location = ''
let count = 0
const newWorkspace = async (spec: object, name = `workspace-${(count += 1)}`): Promise<string> => {
  const created = await made.call('POST /v1/workspaces', { body: { metadata: { name }, spec } })
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}
const specOf = async (uid: string) => (await made.call(`GET /v1/workspaces/${uid}`)).body.spec

describe('a workspace', () => {
  test('is read as it was written, and each set of bindings has a uid', async () => {
    const uid = await newWorkspace({
      clusterRefs: [{ clusterUid: made.cluster }],
      clusterNamespaces: namespaces(made.cluster),
      clusterRbacs: [{ spec: { bindings: [clusterBinding] } }, { spec: { bindings: [binding('edit')] } }],
      quota: { resourceAllocation: { cpuCores: 8, memoryMiB: 4096 } },
      policies: { backupPolicy: policy(made.cluster) },
    })
    const { metadata, spec } = (await made.call(`GET /v1/workspaces/${uid}`)).body
    expect(metadata.annotations).toMatchObject({ scope: 'project', projectUid: made.project })
    expect(spec.clusterRefs).toEqual([{ clusterUid: made.cluster, clusterName: expect.stringMatching(/./) }])
    expect(spec.clusterNamespaces).toEqual(namespaces(made.cluster))
    expect(spec.clusterRbacs).toEqual([
      { metadata: { uid: expect.stringMatching(/^[0-9a-f]{24}$/) }, spec: { bindings: [clusterBinding] } },
      { metadata: { uid: expect.stringMatching(/^[0-9a-f]{24}$/) }, spec: { bindings: [binding('edit')] } },
    ])
    expect(spec.quota).toEqual({ resourceAllocation: { cpuCores: 8, memoryMiB: 4096 } })
    const backup = await made.call(`GET /v1/workspaces/${uid}/backup`)
    expect(backup.body.spec).toEqual({ workspaceUid: uid, config: policy(made.cluster) })
    const listed = (await made.call('GET /v1/dashboard/workspaces')).body.items
    expect(listed).toMatchObject([{ metadata: { uid }, spec: { namespaces: ['team', '/^team-.*/'] } }])
    expect((await made.call(`DELETE /v1/workspaces/${uid}`)).status).toBe(204)
    expect((await made.call(`GET /v1/workspaces/${uid}`)).status).toBe(404)
  })

  test('of nothing has no quota, no bindings and no policy, in the words that clients know', async () => {
    const uid = await newWorkspace({ quota: { resourceAllocation: { cpuCores: 0, memoryMiB: 0 } } })
    expect(await specOf(uid)).toEqual({ clusterRefs: [], clusterNamespaces: [], clusterRbacs: [], quota: {} })
    const backup = await made.call(`GET /v1/workspaces/${uid}/backup`)
    expect([backup.status, backup.body.code]).toEqual([400, 'BackupNotConfigured'])
    expect(backup.body.message).toContain('Backup not configured')
  })

  test('changes part by part, and the other parts stay', async () => {
    const uid = await newWorkspace({ clusterRbacs: [{ spec: { bindings: [clusterBinding] } }] })
    const at = `/v1/workspaces/${uid}`
    const metadata = { name: 'renamed', labels: { team: 'a' }, annotations: { description: 'd' } }
    expect((await made.call(`PUT ${at}/meta`, { body: metadata })).status).toBe(204)
    const allotments = {
      clusterRefs: [{ clusterUid: made.cluster }],
      clusterNamespaces: namespaces(made.cluster),
      quota: { resourceAllocation: { cpuCores: 3 } },
    }
    expect((await made.call(`PUT ${at}/clusterNamespaces`, { body: allotments })).status).toBe(204)
    const rbac = await made.call(`POST ${at}/clusterRbacs`, { body: { spec: { bindings: [binding('edit')] } } })
    expect(rbac.status).toBe(201)
    const one = `${at}/clusterRbacs/${rbac.body.uid}`
    expect((await made.call(`PUT ${one}`, { body: { spec: { bindings: [binding('view')] } } })).status).toBe(204)
    expect((await made.call(`POST ${at}/backup`, { body: policy(made.cluster) })).body).toEqual({ uid })
    const rare = { ...policy(made.cluster), backupConfig: { schedule: { scheduledRunTime: '@weekly' } } }
    expect((await made.call(`PUT ${at}/backup`, { body: rare })).status).toBe(204)

    const { metadata: meta, spec } = (await made.call(`GET ${at}`)).body
    expect(meta).toMatchObject(metadata)
    expect(spec.quota).toEqual({ resourceAllocation: { cpuCores: 3 } })
    expect(spec.clusterNamespaces).toEqual(namespaces(made.cluster))
    expect(spec.clusterRbacs.map((set: { spec: object }) => set.spec)).toEqual([
      { bindings: [clusterBinding] },
      { bindings: [binding('view')] },
    ])
    expect(spec.policies.backupPolicy).toEqual(rare)

    expect((await made.call(`DELETE ${one}`)).status).toBe(204)
    const gone = await made.call(`DELETE ${one}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'ResourceNotFound'])
    expect((await specOf(uid)).clusterRbacs).toHaveLength(1)
    await made.call(`DELETE ${at}`)
  })

  test('has as many sets of bindings as it may be made with', async () => {
    const clusterRbacs = Array.from({ length: 50 }, () => ({ spec: { bindings: [clusterBinding] } }))
    const uid = await newWorkspace({ clusterRbacs })
    const more = await made.call(`POST /v1/workspaces/${uid}/clusterRbacs`, { body: clusterRbacs[0] })
    expect([more.status, more.body.details?.field]).toEqual([400, 'clusterRbacs'])
    await made.call(`DELETE /v1/workspaces/${uid}`)
  })

  test('is backed up by a policy that can be kept: durations, and clusters that are its own', async () => {
    const uid = await newWorkspace({ clusterRefs: [{ clusterUid: made.cluster }] })
    const at = `/v1/workspaces/${uid}`
    const fieldOf = async (body: object) => (await made.call(`PUT ${at}/backup`, { body })).body?.details?.field
    const sent = policy(made.cluster)
    const forever = { ...sent, backupConfig: { ...sent.backupConfig, durationInHours: -1 } }
    expect(await fieldOf(forever)).toBe('backupConfig.durationInHours')
    expect(await fieldOf({ ...sent, clusterUids: [made.cluster, 'elsewhere'] })).toBe('clusterUids[1]')
    expect((await made.call(`PUT ${at}/backup`, { body: sent })).status).toBe(204)
    // Clients let a cluster go first, and say so to the policy afterwards.
    expect((await made.call(`PUT ${at}/clusterNamespaces`, { body: { clusterRefs: [] } })).status).toBe(204)
    expect((await made.call(`PUT ${at}/backup`, { body: { ...sent, clusterUids: null } })).status).toBe(204)
    await made.call(`DELETE ${at}`)
  })

  test('holds its clusters: they go when it is gone', async () => {
    const other = await newCluster(api)
    const { body } = await other.call('POST /v1/workspaces', {
      body: { metadata: { name: 'holder' }, spec: { clusterRefs: [{ clusterUid: other.cluster }] } },
    })
    const refused = await other.call(`DELETE /v1/spectroclusters/${other.cluster}`)
    expect([refused.status, refused.body.code]).toEqual([409, 'ResourceInUse'])
    expect((await other.call(`DELETE /v1/workspaces/${body.uid}`)).status).toBe(204)
    expect((await other.call(`DELETE /v1/spectroclusters/${other.cluster}`)).status).toBe(204)
  })

  test('keeps its project from being deleted, and its name from being taken', async () => {
    await newWorkspace({}, 'taken')
    const again = await made.call('POST /v1/workspaces', { body: { metadata: { name: 'taken' } } })
    expect([again.status, again.body.code]).toEqual([409, 'DuplicateName'])
    const check = (name: string) => made.call('GET /v1/workspaces/validate/name', { query: { name } })
    expect([(await check('taken')).status, (await check('free')).status]).toEqual([409, 204])
    const project = await made.call(`DELETE /v1/projects/${made.project}`)
    expect([project.status, project.body.message]).toEqual([409, expect.stringContaining('Workspace taken')])
  })

  test.each([
    ['spec.clusterRefs[0].clusterUid', { clusterRefs: [{}] }],
    ['clusterRefs[0].clusterUid', { clusterRefs: [{ clusterUid: 'f'.repeat(24) }] }],
    ['spec.clusterNamespaces[0].name', { clusterNamespaces: [{ name: 'No Name' }] }],
    ['spec.clusterNamespaces[0].name', { clusterNamespaces: [{ name: '/(/', isRegex: true }] }],
    ['spec.clusterNamespaces[0].name', { clusterNamespaces: [{ name: 'plain', isRegex: true }] }],
    ['spec.clusterNamespaces[1].name', { clusterNamespaces: [{ name: 'a' }, { name: 'a' }] }],
    [
      'spec.clusterNamespaces[0].namespaceResourceAllocation.clusterResourceAllocations[0].clusterUid',
      {
        clusterNamespaces: [
          { name: 'a', namespaceResourceAllocation: { clusterResourceAllocations: [{ clusterUid: 'elsewhere' }] } },
        ],
      },
    ],
    [
      'spec.clusterRbacs[0].spec.bindings[0].namespace',
      { clusterRbacs: [{ spec: { bindings: [{ ...binding('edit'), namespace: '' }] } }] },
    ],
    [
      'spec.clusterRbacs[0].spec.bindings[0].role.kind',
      { clusterRbacs: [{ spec: { bindings: [{ ...clusterBinding, role: { kind: 'Role', name: 'r' } }] } }] },
    ],
    [
      'spec.clusterRbacs[0].spec.bindings[0].subjects',
      { clusterRbacs: [{ spec: { bindings: [{ ...clusterBinding, subjects: [] }] } }] },
    ],
    [
      'spec.clusterRbacs[0].spec.bindings[0].subjects[0].namespace',
      {
        clusterRbacs: [
          { spec: { bindings: [{ ...clusterBinding, subjects: [{ type: 'ServiceAccount', name: 's' }] }] } },
        ],
      },
    ],
    ['spec.policies.backupPolicy.backupConfig', { policies: { backupPolicy: {} } }],
  ])('is refused when %s is wrong', async (field, spec) => {
    const { status, body } = await made.call('POST /v1/workspaces', { body: { metadata: { name: 'wrong' }, spec } })
    expect([status, body.code, body.details.field]).toEqual([400, 'InvalidRequest', field])
  })

  test('belongs to a project, and takes no cluster of another one', async () => {
    const none = await made.call('POST /v1/workspaces', {
      body: { metadata: { name: 'w' } },
      headers: { ProjectUid: '' },
    })
    expect([none.status, none.body.details.field]).toEqual([400, 'ProjectUid'])
    const other = await newCluster(api)
    const foreign = await made.call('POST /v1/workspaces', {
      body: { metadata: { name: 'w' }, spec: { clusterRefs: [{ clusterUid: other.cluster }] } },
    })
    expect([foreign.status, foreign.body.details.field]).toEqual([400, 'clusterRefs[0].clusterUid'])
  })

  test('is changed by those alone whose roles say so', async () => {
    const uid = await newWorkspace({ clusterRefs: [{ clusterUid: made.cluster }] })
    const roles = (role: string) => api.newUser(made.tenant, [{ role, project: made.project }])
    const viewer = await roles('Workspace Operator')
    expect((await viewer.call(`GET /v1/workspaces/${uid}`)).status).toBe(200)
    for (const [route, body] of [
      [`PUT /v1/workspaces/${uid}/meta`, { name: 'x' }],
      [`PUT /v1/workspaces/${uid}/clusterNamespaces`, {}],
      [`POST /v1/workspaces/${uid}/clusterRbacs`, {}],
      [`POST /v1/workspaces/${uid}/backup`, policy(made.cluster)],
      [`DELETE /v1/workspaces/${uid}`, undefined],
    ] as const)
      expect((await viewer.call(route, { body })).status, route).toBe(403)
    const stranger = await roles('Cluster Account Viewer')
    expect((await stranger.call(`GET /v1/workspaces/${uid}`)).status).toBe(403)
    // Who looks after workspaces need not see clusters.
    const admin = await roles('Workspace Admin')
    const bindings = { spec: { bindings: [clusterBinding] } }
    expect((await admin.call(`POST /v1/workspaces/${uid}/clusterRbacs`, { body: bindings })).status).toBe(201)
    expect((await admin.call(`GET /v1/workspaces/${uid}`)).body.spec.clusterRefs).toEqual([
      { clusterUid: made.cluster, clusterName: '' },
    ])
    expect((await admin.call(`DELETE /v1/workspaces/${uid}`)).status).toBe(204)
  })
})
