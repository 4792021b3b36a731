import type { Client } from '@atrium/client/client.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeRef } from '@atrium/kube/object.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviationsOf, kubeOf, untilCluster, untilDeviation, untilServing } from './harness/clusters.ts'
import {
  type ConfigMap,
  type Deployment,
  hello,
  namespaceNamed,
  store,
  untilMissing,
  untilObject,
} from './harness/objects.ts'
import { openPlatform, type TestPlatform } from './harness/platform.ts'
import { eventually } from './harness/wait.ts'

const DEPLOYMENT = 'apps/v1 Deployment hello-atrium/hello-atrium'
const PAGE = 'v1 ConfigMap hello-atrium/hello-page'

let platform: TestPlatform
let client: Client
let kube: KubeClient
let uid = ''
beforeAll(async () => {
  platform = await openPlatform()
  uid = (await platform.up()).cluster?.uid ?? ''
  client = platform.client()
  kube = await kubeOf(client, uid)
}, 150_000)
afterAll(async () => {
  await kube?.close()
  await platform.close()
})

describe('with policy heal', () => {
  it('a deleted Deployment returns, and the deletion is on record as repaired', async () => {
    const before = await kube.get<Deployment>(hello.deployment)
    await kube.delete(hello.deployment)
    const after = await untilObject<Deployment>(
      kube,
      hello.deployment,
      'a new one serves',
      ({ metadata, status }) => metadata.uid !== before.metadata.uid && status?.availableReplicas === 2,
    )
    expect(after.spec).toEqual(before.spec)
    const deviation = await untilDeviation(
      client,
      uid,
      'its deletion repaired',
      ({ object, type, state }) => object === DEPLOYMENT && type === 'deleted' && state === 'repaired',
    )
    expect(deviation).toMatchObject({ layer: 'demo-apps/hello-atrium', action: 'heal', resolvedAt: expect.any(String) })
    await untilServing(client, uid)
  })

  it('a changed field returns to what was declared', async () => {
    await kube.patch(hello.deployment, { spec: { replicas: 5 } }, { type: 'merge', fieldManager: 'kubectl-edit' })
    await kube.patch(hello.page, { data: { 'index.html': 'defaced' } }, { type: 'merge', fieldManager: 'kubectl-edit' })
    await untilObject<Deployment>(kube, hello.deployment, '2 replicas', ({ spec }) => spec.replicas === 2)
    await untilObject<ConfigMap>(kube, hello.page, 'its text', ({ data }) => data['index.html'] !== 'defaced')
    const deviation = await untilDeviation(
      client,
      uid,
      'its change repaired',
      ({ object, type, state }) => object === DEPLOYMENT && type === 'changed' && state === 'repaired',
    )
    expect(deviation.diff).toContainEqual({ path: expect.stringContaining('replicas'), live: 5, desired: 2 })
  })

  it('a deleted namespace returns with everything the layer put there', async () => {
    const before = await kube.get(store.set)
    await kube.delete(namespaceNamed('key-value-store'))
    await untilObject(kube, store.set, 'a new one', ({ metadata }) => metadata.uid !== before.metadata.uid)
    for (const object of Object.values(store))
      await untilObject(kube, object, 'there again', ({ metadata }) => !metadata.deletionTimestamp)
    await untilCluster(
      client,
      uid,
      'healthy and in sync',
      ({ status }) =>
        status?.health?.state === 'Healthy' &&
        status.conditions?.find(({ type }) => type === 'InSync')?.status === 'True',
    )
  })

  it('namespaces and bindings of the cluster are made, put back, and taken away', async () => {
    const role = { kind: 'ClusterRole', name: 'view' }
    const subjects = [{ type: 'Group', name: 'auditors' }]
    const bindings = [{ type: 'RoleBinding', namespace: 'audit', role, subjects }]
    const declare = async (rbacs: object[], namespaces: object[]): Promise<void> => {
      await client.call('PUT /v1/spectroclusters/{uid}/config/rbacs', { params: { uid }, body: { rbacs } })
      await client.call('PUT /v1/spectroclusters/{uid}/config/namespaces', { params: { uid }, body: { namespaces } })
    }
    const quota: KubeRef = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'team-a', name: 'atrium-quota' }
    const resourceAllocation = { cpuCores: 2, memoryMiB: 1024 }
    await declare([{ spec: { bindings } }], [{ metadata: { name: 'team-a' }, spec: { resourceAllocation } }])
    const made = await untilObject(kube, quota, 'limits what pods ask for')
    expect(made['spec']).toEqual({ hard: { 'requests.cpu': '2', 'requests.memory': '1Gi' } })
    const list = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace: 'audit' }
    const bound = await eventually('the group is bound', async () => {
      const { items } = await kube.list(list)
      return { done: items[0], seen: items }
    })
    expect(bound).toMatchObject({ roleRef: { name: 'view' }, subjects: [{ kind: 'Group', name: 'auditors' }] })
    await kube.delete(quota)
    await untilObject(kube, quota, 'a new one', ({ metadata }) => metadata.uid !== made.metadata.uid)
    await declare([], [])
    await untilMissing(kube, namespaceNamed('team-a'))
    await untilMissing(kube, namespaceNamed('audit'))
    await untilServing(client, uid)
  })

  it('namespaces and bindings of a workspace are made in its cluster, and go with it', async () => {
    const { metadata } = await client.call('GET /v1/spectroclusters/{uid}', { params: { uid } })
    const namespaceResourceAllocation = { defaultResourceAllocation: { cpuCores: 3 } }
    const made = await client.call('POST /v1/workspaces', {
      project: metadata?.annotations?.['projectUid'] ?? null,
      body: {
        metadata: { name: 'payments' },
        spec: {
          clusterRefs: [{ clusterUid: uid }],
          clusterNamespaces: [{ name: 'pay', namespaceResourceAllocation }],
        },
      },
    })
    const named = { namespace: 'pay', name: `atrium-quota-workspace-${made.uid}` }
    const quota = await untilObject(kube, { apiVersion: 'v1', kind: 'ResourceQuota', ...named }, 'limits the namespace')
    expect(quota['spec']).toEqual({ hard: { 'requests.cpu': '3' } })
    await client.call('DELETE /v1/workspaces/{uid}', { params: { uid: made.uid } })
    await untilMissing(kube, namespaceNamed('pay'))
    await untilServing(client, uid)
  })

  it('what others own in an object is left alone', async () => {
    const labels = { team: 'payments' }
    const foreign = {
      metadata: { labels, annotations: { 'autoscaling.example.com/window': '5m' } },
      spec: { template: { spec: { terminationGracePeriodSeconds: 77 } } },
    }
    await kube.patch(hello.deployment, foreign, { type: 'merge', fieldManager: 'autoscaler' })
    await kube.patch(hello.page, { data: { 'extra.html': 'of another team' } }, { type: 'merge', fieldManager: 'team' })
    // Once a later change was repaired, the agent has judged the foreign ones as well.
    await kube.patch(hello.deployment, { spec: { replicas: 4 } }, { type: 'merge', fieldManager: 'kubectl-edit' })
    await kube.patch(hello.page, { data: { 'index.html': 'defaced' } }, { type: 'merge', fieldManager: 'kubectl-edit' })
    const deployment = await untilObject<Deployment>(kube, hello.deployment, '2', ({ spec }) => spec.replicas === 2)
    const page = await untilObject<ConfigMap>(
      kube,
      hello.page,
      'its text',
      ({ data }) => data['index.html'] !== 'defaced',
    )
    expect(deployment.metadata.labels).toMatchObject(labels)
    expect(deployment.metadata.annotations).toMatchObject(foreign.metadata.annotations)
    expect(deployment.spec.template.spec).toMatchObject(foreign.spec.template.spec)
    expect(page.data['extra.html']).toBe('of another team')
    const paths = (await deviationsOf(client, uid)).flatMap(({ diff }) => diff.map(({ path }) => path))
    expect(paths.filter((path) => /team|window|terminationGrace|extra/.test(path))).toEqual([])
  })
})

describe('with policy alert', () => {
  beforeAll(async () => {
    expect(await platform.atrium('policy', 'demo', '--drift', 'alert')).toBe('drift: alert\nnodes: heal\n')
  })

  it('a deleted Deployment stays away, a changed field stays changed, and both are told with the difference', async () => {
    const since = new Date().toISOString()
    const open = (object: string) =>
      untilDeviation(
        client,
        uid,
        `an open deviation of ${object}`,
        (one) => one.object === object && one.state === 'open' && one.action === 'alert' && one.detectedAt >= since,
      )
    await untilAlerting()
    await kube.delete(hello.deployment)
    const deleted = await open(DEPLOYMENT)
    expect(deleted).toMatchObject({ type: 'deleted', layer: 'demo-apps/hello-atrium', resolvedAt: null })
    expect(deleted.message).not.toBe('')
    await kube.patch(
      hello.service,
      { spec: { ports: [{ name: 'http', port: 81, targetPort: 'http' }] } },
      {
        type: 'merge',
        fieldManager: 'kubectl-edit',
      },
    )
    const changed = await open('v1 Service hello-atrium/hello-atrium')
    expect(changed.type).toBe('changed')
    expect(changed.diff).toContainEqual({ path: expect.stringContaining('port'), live: 81, desired: 80 })
    expect(await kube.find(hello.deployment)).toBeNull()
    const summary = await untilCluster(
      client,
      uid,
      'InSync says so',
      ({ status }) => status?.conditions?.find(({ type }) => type === 'InSync')?.reason === 'DeviationOpen',
    )
    expect(summary.status?.state).toBe('Running')
    expect(await platform.atrium('describe', 'cluster', 'demo')).toContain(DEPLOYMENT)
  })

  it('is healed once the policy says so', async () => {
    await platform.atrium('policy', 'demo', '--drift', 'heal')
    await untilObject<Deployment>(kube, hello.deployment, 'serves', ({ status }) => status?.availableReplicas === 2)
    await untilDeviation(client, uid, 'repaired', ({ object, state }) => object === DEPLOYMENT && state === 'repaired')
    await untilCluster(
      client,
      uid,
      'healthy and in sync',
      ({ status }) =>
        status?.health?.state === 'Healthy' &&
        status.conditions?.find(({ type }) => type === 'InSync')?.status === 'True',
    )
    expect((await deviationsOf(client, uid)).filter(({ state }) => state === 'open')).toEqual([])
  })

  /** The agent hears of the policy a moment later: changes the page until a change stays. */
  const untilAlerting = () =>
    eventually('changes are only reported', async () => {
      const { data } = await kube.get<ConfigMap>(hello.page)
      const change = { data: { 'index.html': 'defaced' } }
      if (data['index.html'] !== 'defaced')
        await kube.patch(hello.page, change, { type: 'merge', fieldManager: 'kubectl-edit' })
      const items = await deviationsOf(client, uid)
      const done = items.some((one) => one.object === PAGE && one.state === 'open' && one.action === 'alert')
      return { done, seen: items }
    })
})
