import type { AttachedProfile, LayerStatus } from '@atrium/api/kinds/cluster.ts'
import { declaredProfiles } from '@atrium/server/content/cluster-access.ts'
import { readResolveContext } from '@atrium/server/content/resolve-context.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { newCluster, openClusterApi } from './support/clusters.ts'

/** What a workspace says is in its clusters: as layers of theirs, looked at again with each change. */
let api: TestApi
let call: Caller
let admin: Caller
let tenant: string
let cluster: string
let owner: pg.Client
beforeAll(async () => {
  api = await openClusterApi()
  let project: string
  ;({ call, tenant, project, cluster } = await newCluster(api))
  const user = await api.newUser(tenant, [{ role: 'Workspace Admin', project }])
  // Who looks after workspaces need not see clusters that are in them.
  admin = (route, options) => user.call(route, { ...options, headers: { ProjectUid: project } })
  owner = new pg.Client(api.ownerUrl)
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await api.close()
})
beforeEach(() => owner.query('delete from work_queue'))

const actor = { type: 'system', uid: 'test', name: 'test' } as const
const bindings = [
  {
    ...{ type: 'RoleBinding', namespace: 'pay', role: { kind: 'ClusterRole', name: 'edit' } },
    subjects: [{ type: 'Group', name: 'payers' }],
  },
]
const everywhere = { cpuCores: 2, memoryMiB: 2048, gpuConfig: { limit: 1, provider: 'nvidia' } }
const namespaceOf = (resourceAllocation: object) => ({
  name: 'pay',
  namespaceResourceAllocation: {
    defaultResourceAllocation: everywhere,
    clusterResourceAllocations: [{ clusterUid: cluster, resourceAllocation }],
  },
})
const allotments = (...namespaces: object[]) => ({
  clusterRefs: [{ clusterUid: cluster }],
  clusterNamespaces: namespaces,
})

async function declared(uid: string): Promise<{ layer: AttachedProfile['layers'][number]; items: Made[] } | undefined> {
  const profiles = await api.context.store.transaction(tenant, actor, async (tx) => {
    const found = await tx.get('Cluster', cluster)
    if (!found) throw new Error('no cluster')
    return declaredProfiles(found.spec, (await readResolveContext(tx, found)).workspaces)
  })
  const layer = profiles.flatMap(({ layers }) => layers).find(({ name }) => name === `workspace-${uid}`)
  return layer && { layer, items: JSON.parse(layer.manifests[0]?.content ?? '{}').items }
}
interface Made {
  kind: string
  metadata: { name: string; namespace: string }
  spec?: object
}

const isWoken = async (): Promise<boolean> =>
  (await owner.query('select from work_queue where kind = $1 and uid = $2', ['Cluster', cluster])).rowCount === 1

test('its namespaces, limits and bindings are a layer of the cluster, changed and taken away with it', async () => {
  const made = await call('POST /v1/workspaces', {
    body: {
      metadata: { name: 'payments' },
      spec: { ...allotments(namespaceOf({ cpuCores: -1, memoryMiB: 512 })), clusterRbacs: [{ spec: { bindings } }] },
    },
  })
  expect(made.status, made.text).toBe(201)
  const { uid } = made.body
  expect(await isWoken()).toBe(true)
  const first = await declared(uid)
  expect(JSON.parse(first?.layer.values ?? '')).toMatchObject({ pack: { additionalNamespaces: ['pay'] } })
  expect(first?.items).toMatchObject([
    {
      ...{ kind: 'ResourceQuota', metadata: { name: `atrium-quota-workspace-${uid}`, namespace: 'pay' } },
      spec: { hard: { 'requests.cpu': '2', 'requests.memory': '512Mi', 'requests.nvidia.com/gpu': '1' } },
    },
    { kind: 'RoleBinding', metadata: { namespace: 'pay' }, subjects: [{ kind: 'Group', name: 'payers' }] },
  ])

  await owner.query('delete from work_queue')
  const none = namespaceOf({ cpuCores: 0, memoryMiB: 0, gpuConfig: { limit: 0 } })
  expect((await admin(`PUT /v1/workspaces/${uid}/clusterNamespaces`, { body: allotments(none) })).status).toBe(204)
  expect(await isWoken()).toBe(true)
  expect((await declared(uid))?.items.map(({ kind }) => kind)).toEqual(['RoleBinding'])

  await owner.query('delete from work_queue')
  const elsewhere = { clusterRefs: [], clusterNamespaces: [{ name: 'pay' }] }
  expect((await admin(`PUT /v1/workspaces/${uid}/clusterNamespaces`, { body: elsewhere })).status).toBe(204)
  expect(await isWoken(), 'the cluster that left it').toBe(true)
  expect(await declared(uid)).toBeUndefined()

  await call(`PUT /v1/workspaces/${uid}/clusterNamespaces`, { body: allotments({ name: 'pay' }) })
  expect(await declared(uid)).toBeDefined()
  await owner.query('delete from work_queue')
  expect((await admin(`DELETE /v1/workspaces/${uid}`)).status).toBe(204)
  expect(await isWoken()).toBe(true)
  expect(await declared(uid)).toBeUndefined()
})

test('two workspaces may speak of one namespace: what each makes has a name of its own', async () => {
  const spec = { ...allotments({ name: 'pay' }), clusterRbacs: [{ spec: { bindings } }] }
  const make = (name: string) => call('POST /v1/workspaces', { body: { metadata: { name }, spec } })
  const [one, two] = [await make('one'), await make('two')]
  const names = [await declared(one.body.uid), await declared(two.body.uid)].map((all) => all?.items[0]?.metadata.name)
  expect(new Set(names).size).toBe(2)
  for (const { body } of [one, two]) await admin(`DELETE /v1/workspaces/${body.uid}`)
})

test('why a cluster has it not, and what is kept without effect, are told with the workspace', async () => {
  const expression = { name: '/^team-/', isRegex: true, namespaceResourceAllocation: { defaultResourceAllocation: {} } }
  const { body } = await call('POST /v1/workspaces', {
    body: {
      metadata: { name: 'told' },
      spec: {
        ...allotments(expression, { name: 'pay', image: { blackListedImages: ['nginx:latest'] } }),
        quota: { resourceAllocation: { cpuCores: 8 } },
      },
    },
  })
  const layer: LayerStatus = {
    ...{ name: `workspace-${body.uid}`, profileUid: '', packUid: '', version: '', startedAt: null, finishedAt: null },
    ...{ state: 'Error' as const, message: 'namespace pay is being deleted', installedDigest: null },
  }
  await api.context.store.transaction(tenant, actor, (tx) =>
    tx.updateStatus('Cluster', cluster, { status: { layers: [layer] } }),
  )
  const { errors } = (await call(`GET /v1/workspaces/${body.uid}`)).body.status
  expect(errors).toEqual([
    { clusterUid: cluster, name: expect.any(String), resourceType: 'cluster', msg: 'namespace pay is being deleted' },
    { name: '/^team-/', resourceType: 'namespace', msg: expect.stringContaining('not set') },
    { name: 'pay', resourceType: 'namespace', msg: expect.stringContaining('not refused') },
    { name: 'quota', resourceType: 'workspace', msg: expect.stringContaining('kept') },
  ])
  // To those who do not see the cluster nothing of it is told.
  const theirs = (await admin(`GET /v1/workspaces/${body.uid}`)).body.status.errors
  expect(theirs.map(({ resourceType }: { resourceType: string }) => resourceType)).not.toContain('cluster')
  const policy = { drift: 'heal', nodes: 'heal', layers: { [`/workspace-${body.uid}`]: 'alert' } }
  expect((await call(`PUT /atrium/v1/clusters/${cluster}/policy`, { body: policy })).status).toBe(204)
  await admin(`DELETE /v1/workspaces/${body.uid}`)
})
