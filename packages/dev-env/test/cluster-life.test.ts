import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevPlane, startDevPlane } from '../src/plane.ts'
import { createManagedCluster, type ManagedCluster, specOf } from './support/managed-cluster.ts'

const web = (replicas: number, greeting = 'hello'): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: default }
data: { greeting: ${greeting} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1 }] }
`

let plane: DevPlane
let demo: ManagedCluster
beforeAll(async () => {
  plane = await startDevPlane()
  demo = await createManagedCluster(plane, 'demo', specOf(web(3)))
})
afterAll(() => plane.close())

interface Pod extends KubeObject {
  spec: { nodeName?: string }
  status?: { phase?: string }
}
const webPods = async (client: KubeClient): Promise<Pod[]> =>
  (await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', labelSelector: 'app=web' })).items

describe('a cluster on real parts', () => {
  it('is provisioned, its agent enrols, its layers are installed', async () => {
    await demo.eventuallyShown('Running-Healthy')
    const status = (await demo.read())?.status
    expect(status?.layers?.map(({ name, state }) => [name, state])).toEqual([
      ['kubernetes', 'Ready'],
      ['web', 'Ready'],
    ])
    expect(status?.metrics?.nodesReady).toBe(3)
    expect(status?.agent).toMatchObject({ enrolled: true, connected: true })
    const client = await demo.kube()
    await demo.eventually(
      'three pods run',
      async () => (await webPods(client)).filter((pod) => pod.status?.phase === 'Running').length === 3,
    )
    await demo.eventually('the agent counts what the cluster has', async () => {
      const metrics = (await demo.read())?.status.metrics
      const isCounted = metrics !== undefined && metrics.podsRunning >= 4 && metrics.podsTotal >= metrics.podsRunning
      return isCounted && metrics.cpuCoresTotal > 0 && metrics.memoryBytesTotal > 0
    })
    const [pod] = await webPods(client)
    const ref = { kind: 'Cluster' as const, uid: demo.uid }
    const events = async () => (await demo.inTenant((tx) => tx.events(ref, { limit: 200 }))).items
    await demo.eventually('an event of a pod is told', async () =>
      (await events()).some(({ involved }) => involved === `Pod default/${pod?.metadata.name}`),
    )
    await client.close()
  }, 120_000)

  it('changes only the layers that differ', async () => {
    const client = await demo.kube()
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
    const before = await client.get(ref)
    await demo.inTenant((tx) => tx.update('Cluster', demo.uid, { spec: specOf(web(3, 'hi')) }))
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' }
    await demo.eventually('the new value', async () => JSON.stringify((await client.get(map)).data).includes('hi'))
    await demo.eventually('it is applied', async () => (await demo.read())?.status.applied?.generation === 2)
    await demo.eventuallyShown('Running-Healthy')
    expect((await client.get(ref)).metadata.generation).toBe(before.metadata.generation)
    await client.close()
  }, 120_000)

  it('survives a restart of the plane', async () => {
    await plane.restart()
    await demo.eventually('the agent is back', async () => (await demo.read())?.status.agent?.connected === true)
    await demo.eventuallyShown('Running-Healthy')
  }, 120_000)

  it('replaces a stopped worker, and its pods run again without help', async () => {
    await plane.cloud.stopMachine(demo.uid, 'demo-worker-0')
    const client = await demo.kube()
    const names = async (): Promise<string[]> =>
      (await demo.inTenant((tx) => tx.list('Machine', { where: { clusterUid: demo.uid } }))).items.map(
        (m) => m.meta.name,
      )
    await demo.eventually('it is replaced', async () => {
      const all = await names()
      return all.includes('demo-worker-2') && !all.includes('demo-worker-0')
    })
    await demo.eventuallyShown('Running-Healthy')
    await demo.eventually('all pods run elsewhere', async () => {
      const pods = await webPods(client)
      return (
        pods.length === 3 &&
        pods.every((pod) => pod.status?.phase === 'Running' && pod.spec.nodeName !== 'demo-worker-0')
      )
    })
    expect(await client.find({ apiVersion: 'v1', kind: 'Node', name: 'demo-worker-0' })).toBeNull()
    const deviations = (await demo.read())?.status.deviations?.filter(({ type }) => type === 'node')
    expect(deviations?.map(({ state, action }) => [state, action])).toEqual([['repaired', 'heal']])
    await client.close()
  }, 180_000)

  it('brings the agent back when someone deletes its Deployment', async () => {
    const client = await demo.kube()
    await client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'atrium-system', name: 'atrium-agent' })
    await demo.eventually('it is missed', async () => (await demo.read())?.status.agent?.connected === false)
    await demo.eventuallyShown('Running-Healthy')
    await client.close()
  }, 120_000)

  it('is deleted without remains', async () => {
    await demo.inTenant((tx) => tx.delete('Cluster', demo.uid))
    expect(await demo.shown()).toBe('Deleting-Unknown')
    await demo.eventuallyShown('gone')
    expect(await plane.cloud.clusters()).toEqual([])
    expect((await demo.inTenant((tx) => tx.list('Machine'))).items).toEqual([])
  }, 120_000)
})
