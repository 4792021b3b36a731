import { declaredProfiles } from '@atrium/server/content/cluster-access.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { clusterBody, newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
let call: Caller
let tenant: string
let uid: string
let account: string
let infra: string
beforeAll(async () => {
  api = await openClusterApi()
  ;({ call, tenant, cluster: uid, account, infra } = await newCluster(api))
})
afterAll(() => api.close())

const get = async (part = '') => (await call(`GET /v1/spectroclusters/${uid}${part}`)).body
const put = (route: string, body: object) => call(route.replace(' ', ` /v1/spectroclusters/${uid}/`), { body })
const refusalOf = async (route: string, body: object) => {
  const { status, body: answer } = await put(route, body)
  return [status, answer.code, answer.details?.field]
}

const teamA = {
  metadata: { name: 'team-a' },
  spec: { resourceAllocation: { cpuCores: 1.5, memoryMiB: 2048, gpuConfig: { limit: 1, provider: 'nvidia' } } },
}
const editors = {
  type: 'RoleBinding',
  namespace: 'team-b',
  role: { kind: 'ClusterRole', name: 'edit' },
  subjects: [
    { type: 'Group', name: 'oidc:editors' },
    { type: 'ServiceAccount', name: 'robot', namespace: 'ci' },
  ],
}
const readers = {
  type: 'ClusterRoleBinding',
  role: { kind: 'ClusterRole', name: 'view' },
  subjects: [{ type: 'User', name: 'ann@example.com' }],
}

test('namespaces and bindings are kept as they were sent, and declared as a layer of the cluster', async () => {
  expect((await put('PUT config/namespaces', { namespaces: [teamA] })).status).toBe(204)
  const rbacs = [{ spec: { bindings: [readers] } }, { spec: { bindings: [editors] } }]
  expect((await put('PUT config/rbacs', { rbacs })).status).toBe(204)
  expect((await get('/config/namespaces')).items).toMatchObject([teamA])
  expect((await get('/config/rbacs')).items.map((item: { spec: object }) => item.spec)).toEqual(
    rbacs.map(({ spec }) => spec),
  )
  const { body: policy } = await call(`GET /atrium/v1/clusters/${uid}/policy`)
  expect(policy.effective.map(({ layer }: { layer: string }) => layer)).toContain('/cluster-access')
  const access = await declared()
  expect(access?.values).toMatchObject({ pack: { additionalNamespaces: ['team-a', 'team-b'] } })
  expect(access?.items).toMatchObject([
    {
      kind: 'ResourceQuota',
      metadata: { namespace: 'team-a' },
      spec: { hard: { 'requests.cpu': '1.5', 'requests.memory': '2048Mi', 'requests.nvidia.com/gpu': '1' } },
    },
    { kind: 'ClusterRoleBinding', roleRef: { kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User' }] },
    { kind: 'RoleBinding', metadata: { namespace: 'team-b' }, subjects: [{ kind: 'Group' }, { namespace: 'ci' }] },
  ])
})

test('another role is another binding, another subject too; the same said twice is one', async () => {
  const name = async (binding: object) => {
    await put('PUT config/rbacs', { rbacs: [{ spec: { bindings: [binding, binding] } }] })
    const bindings = (await declared())?.items.filter(({ kind }) => kind !== 'ResourceQuota') ?? []
    expect(bindings).toHaveLength(1)
    return bindings[0]?.metadata.name
  }
  const names = [
    await name(readers),
    await name({ ...readers, role: { kind: 'ClusterRole', name: 'edit' } }),
    await name({ ...readers, subjects: [{ type: 'User', name: 'bob' }] }),
  ]
  expect(new Set(names).size).toBe(3)
  expect(await name(readers)).toBe(names[0])
})

test('without any there is no layer', async () => {
  await put('PUT config/rbacs', { rbacs: null })
  await put('PUT config/namespaces', { namespaces: [] })
  expect(await declared()).toBeNull()
  expect((await get('/config/rbacs')).items).toEqual([])
})

test('wrong ones are refused by field, at creation too', async () => {
  const bindings = (binding: object) => ({ rbacs: [{ spec: { bindings: [binding] } }] })
  const at = 'rbacs[0].spec.bindings[0]'
  const wrong = [
    [{ ...editors, namespace: '' }, `${at}.namespace`],
    [{ ...readers, role: { kind: 'Role', name: 'view' } }, `${at}.role.kind`],
    [{ ...readers, role: { kind: 'ClusterRole', name: 'a/b' } }, `${at}.role.name`],
    [{ ...readers, subjects: [] }, `${at}.subjects`],
    [{ ...readers, subjects: [{ type: 'User', name: '{{.spectro.macro.x}}' }] }, `${at}.subjects[0].name`],
    [{ ...readers, subjects: [{ type: 'ServiceAccount', name: 'a' }] }, `${at}.subjects[0].namespace`],
  ] as const
  for (const [binding, field] of wrong)
    expect(await refusalOf('PUT config/rbacs', bindings(binding))).toEqual([400, 'InvalidRequest', field])
  const twice = await refusalOf('PUT config/namespaces', { namespaces: [teamA, teamA] })
  expect(twice).toEqual([400, 'InvalidRequest', 'namespaces[1].metadata.name'])
  const regex = { metadata: { name: '/^team-/' }, spec: { isRegex: true } }
  expect((await refusalOf('PUT config/namespaces', { namespaces: [regex] }))[2]).toBe('namespaces[0].spec.isRegex')
  const created = await create({ resources: { namespaces: [{ metadata: { name: 'Team' } }] } })
  expect(created.body.details.field).toBe('spec.clusterConfig.resources.namespaces[0].metadata.name')
})

test('a cluster is made with namespaces, bindings and patching', async () => {
  const patching = { osPatchConfig: { schedule: '0 3 * * SUN', onDemandPatchAfter: '0001-01-01T00:00:00.000Z' } }
  const resources = { namespaces: [teamA], rbacs: [{ spec: { bindings: [editors] } }] }
  const { status, body } = await create({ resources, machineManagementConfig: patching })
  expect(status).toBe(201)
  const read = async (part: string) => (await call(`GET /v1/spectroclusters/${body.uid}${part}`)).body
  expect((await read('/config/namespaces')).items).toMatchObject([teamA])
  expect((await read('/config/rbacs')).items).toMatchObject([{ spec: { bindings: [editors] } }])
  const { machineManagementConfig } = (await read('')).spec.clusterConfig
  expect(machineManagementConfig).toEqual({ osPatchConfig: { schedule: '0 3 * * SUN' } })
})

test('settings come back as they were sent; what is no time zone, place or schedule is refused', async () => {
  const location = { countryCode: 'AT', geoLoc: { latitude: 48.2, longitude: 16.4 } }
  await put('PATCH clusterConfig/clusterMetaAttribute', { clusterMetaAttribute: 'rack 7' })
  await put('PATCH clusterConfig/timezone', { timezone: 'Europe/Vienna' })
  await put('PATCH clusterConfig/hostCluster', { hostClusterConfig: { isHostCluster: true } })
  await put('PUT location', { location })
  await put('PATCH clusterConfig/osPatch', { osPatchConfig: { schedule: '*/5 * * * *', rebootIfRequired: true } })
  const { spec, status } = await get()
  expect(spec.clusterConfig).toMatchObject({
    ...{ clusterMetaAttribute: 'rack 7', timezone: 'Europe/Vienna', hostClusterConfig: { isHostCluster: true } },
    machineManagementConfig: { osPatchConfig: { schedule: '*/5 * * * *', rebootIfRequired: true } },
  })
  expect(status.location).toMatchObject(location)
  await put('PATCH clusterConfig/osPatch', { osPatchConfig: { schedule: '' } })
  expect((await get()).spec.clusterConfig.machineManagementConfig).toBeUndefined()
  const refused = [
    ['PATCH clusterConfig/timezone', { timezone: 'Mars/Base' }, 'timezone'],
    ['PUT location', { location: { geoLoc: { latitude: 91 } } }, 'location.geoLoc.latitude'],
    ['PATCH clusterConfig/osPatch', { osPatchConfig: { schedule: 'often' } }, 'osPatchConfig.schedule'],
  ] as const
  for (const [route, body, field] of refused) expect((await refusalOf(route, body))[2]).toBe(field)
})

test('policies for backups and scans are made once, and changed', async () => {
  const backup = { backupPrefix: 'nightly', durationInHours: 48, schedule: { scheduledRunTime: '0 2 * * *' } }
  const made = await put('POST features/backup', backup)
  expect(made.status).toBe(201)
  expect(await get('/features/backup')).toMatchObject({ metadata: { uid: made.body.uid }, spec: { config: backup } })
  expect((await put('PUT features/backup', { ...backup, durationInHours: 24 })).status).toBe(204)
  const changed = await get('/features/backup')
  expect([changed.metadata.uid, changed.spec.config.durationInHours]).toEqual([made.body.uid, 24])
  const scan = { kubeBench: { schedule: { scheduledRunTime: '0 4 * * *' } } }
  expect((await put('POST features/complianceScan', scan)).status).toBe(201)
  expect((await get('/features/complianceScan')).spec.driverSpec).toEqual({
    'kube-bench': { config: { schedule: { scheduledRunTime: '0 4 * * *' } }, isClusterConfig: true },
  })
  const wrong = { schedule: { scheduledRunTime: '99 * * * *' } }
  expect((await refusalOf('POST features/backup', wrong))[2]).toBe('schedule.scheduledRunTime')
  const sonobuoy = { sonobuoy: wrong }
  expect((await refusalOf('PUT features/complianceScan', sonobuoy))[2]).toBe('sonobuoy.schedule.scheduledRunTime')
})

test('the place of backups has to be there, and stays while a policy names it', async () => {
  const config = {
    bucketName: 'b',
    region: 'r',
    credentials: { credentialType: 'secret', accessKey: 'a', secretKey: 's' },
  }
  const made = await call('POST /v1/users/assets/locations/minio', {
    body: { metadata: { name: 'vault' }, spec: { config: { ...config, s3Url: 'https://minio.example.com' } } },
  })
  expect(made.status, made.text).toBe(201)
  expect((await refusalOf('PUT features/backup', { backupLocationUid: uid }))[2]).toBe('backupLocationUid')
  expect((await put('PUT features/backup', { backupLocationUid: made.body.uid })).status).toBe(204)
  const location = `DELETE /v1/users/assets/locations/s3/${made.body.uid}`
  expect((await call(location)).body.code).toBe('ResourceInUse')
  await put('PUT features/backup', { backupLocationUid: '' })
  expect((await call(location)).status).toBe(204)
})

test('locked upgrades are told by an annotation that no other change takes away', async () => {
  await put('POST upgrade/settings', { spectroComponents: 'lock' })
  const annotations = { description: 'mine', spectroComponentsUpgradeForbidden: 'false' }
  await put('PATCH metadata', { metadata: { annotations } })
  expect((await get()).metadata.annotations).toMatchObject({
    ...{ description: 'mine', spectroComponentsUpgradeForbidden: 'true' },
  })
  await put('POST upgrade/settings', { spectroComponents: 'unlock' })
  expect((await get()).metadata.annotations).not.toHaveProperty('spectroComponentsUpgradeForbidden')
})

test('what clients take for granted of a part that was sent without it is there', async () => {
  await put('PATCH clusterConfig/hostCluster', { hostClusterConfig: { clusterGroup: { uid: 'none' } } })
  expect((await get()).spec.clusterConfig.hostClusterConfig).toEqual({
    ...{ isHostCluster: false, clusterGroup: { uid: 'none' } },
  })
  expect((await put('PUT features/backup', { backupPrefix: 'by-hand' })).status).toBe(204)
  expect((await get('/features/backup')).spec.config).toEqual({ backupPrefix: 'by-hand', schedule: {} })
})

test('another name is refused, where it would be forgotten', async () => {
  const { metadata } = await get()
  const labels = { team: 'green' }
  expect(await refusalOf('PATCH metadata', { metadata: { name: 'two', labels } })).toEqual([
    ...[400, 'InvalidRequest', 'metadata.name'],
  ])
  expect((await get()).metadata.labels).toEqual(metadata.labels)
  expect((await put('PATCH metadata', { metadata: { name: metadata.name, labels } })).status).toBe(204)
  expect((await get()).metadata.labels).toEqual(labels)
})

test('profiles that are to be installed later are refused: they would be installed at once', async () => {
  const update = (actionType: string) => ({ profiles: [{ uid: infra }], spcApplySettings: { actionType } })
  for (const route of ['PATCH profiles', 'PUT profiles']) {
    expect(await refusalOf(route, update('DownloadAndInstallLater'))).toEqual([
      ...[400, 'InvalidRequest', 'spcApplySettings.actionType'],
    ])
    expect((await put(route, update('DownloadAndInstall'))).status).toBe(204)
  }
})

test('a viewer changes none of it', async () => {
  const { call: viewer } = await api.newUser(tenant, [{ role: 'Tenant Viewer' }])
  const { status, body } = await viewer(`PUT /v1/spectroclusters/${uid}/config/rbacs`, { body: { rbacs: [] } })
  expect([status, body.code]).toEqual([403, 'Forbidden'])
})

const create = (clusterConfig: object) => {
  const body = clusterBody(account, [infra])
  const spec = { ...Reflect.get(body, 'spec'), clusterConfig }
  return call('POST /v1/spectroclusters/cloudTypes/local', { body: { ...body, metadata: { name: 'two' }, spec } })
}

interface Declared {
  values: object
  items: { kind: string; metadata: { name: string } }[]
}

/** The layer as the controllers declare it. */
async function declared(): Promise<Declared | null> {
  const actor = { type: 'system', uid: 'test', name: 'test' } as const
  const cluster = await api.context.store.transaction(tenant, actor, (tx) => tx.get('Cluster', uid))
  const layer = cluster && declaredProfiles(cluster.spec, []).find(({ name }) => name === '')?.layers[0]
  if (!layer) return null
  return { values: JSON.parse(layer.values), items: JSON.parse(layer.manifests[0]?.content ?? '{}').items }
}
