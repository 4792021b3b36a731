import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { AttachedProfile, ClusterSpec, MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant } from '@atrium/server/auth/create-tenant.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevPlane, startDevPlane } from '../src/plane.ts'

const layer = (name: string, kind: ProfileLayer['layer'], content = ''): ProfileLayer => ({
  name,
  type: 'manifest',
  layer: kind,
  tag: '1.34.4',
  version: '1.34.4',
  registryUid: '',
  packUid: `pack-${name}`,
  values: '',
  manifests: content === '' ? [] : [{ uid: 'm', name: 'all', content }],
})

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

const profile = (name: string, layers: ProfileLayer[]): AttachedProfile => ({
  uid: `profile-${name}`,
  name,
  version: '1.0.0',
  type: name === 'infra' ? 'infra' : 'add-on',
  cloudType: 'local',
  layers,
  variables: [],
  variableValues: {},
})
const profiles = (content: string): AttachedProfile[] => [
  profile('infra', [layer('kubernetes', 'k8s')]),
  profile('apps', [layer('web', 'addon', content)]),
]

const pool = (name: string, size: number, isControlPlane = false): MachinePool => ({
  name,
  isControlPlane,
  useControlPlaneAsWorker: false,
  size,
  labels: {},
  taints: [],
  version: '',
  input: { cloudConfig: {}, poolConfig: {} },
})

const spec: ClusterSpec = {
  cloudType: 'local',
  cloudAccountUid: '',
  cloudConfigUid: 'c'.repeat(24),
  cloudConfig: {},
  machinePools: [pool('cp', 1, true), pool('worker', 2)],
  profiles: profiles(web(3)),
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
}

let plane: DevPlane
let tenant: string
let uid: string
beforeAll(async () => {
  plane = await startDevPlane()
  tenant = (await createTenant(plane.installation, { name: 'first' }, operatorActor)).tenant.uid
})
afterAll(() => plane.close())

const inTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  plane.installation.store.transaction(tenant, operatorActor, work)
const cluster = (): Promise<StoredObject<'Cluster'> | null> => inTenant((tx) => tx.get('Cluster', uid))
const shown = async (): Promise<string> => {
  const found = await cluster()
  return found ? `${clusterStateOf(found)}-${clusterHealthOf(found).state}` : 'gone'
}

/** Waits for the world to be as it should; the limit only ends a test that hangs, with what was seen last. */
async function eventually(what: string, reached: () => Promise<boolean>, limitMs = 90_000): Promise<void> {
  const deadline = systemClock.now() + limitMs
  while (!(await reached())) {
    if (systemClock.now() > deadline) {
      const found = await cluster()
      throw new Error(`never: ${what}\n${JSON.stringify({ ...found, spec: undefined }, null, 1)}`)
    }
    await systemClock.sleep(100)
  }
}
const eventuallyShown = (state: string, limitMs?: number): Promise<void> =>
  eventually(state, async () => (await shown()) === state, limitMs)

async function kube(): Promise<KubeClient> {
  const kubeconfig = await inTenant((tx) => tx.getSecret({ kind: 'Cluster', uid }, 'kubeconfig'))
  const config = await parseKubeconfig(kubeconfig?.reveal() ?? '', { baseDir: null, clock: systemClock })
  return new KubeClient({ config, clock: systemClock })
}

interface Pod extends KubeObject {
  spec: { nodeName?: string }
  status?: { phase?: string }
}
const webPods = async (client: KubeClient): Promise<Pod[]> =>
  (await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', labelSelector: 'app=web' })).items

describe('a cluster on real parts', () => {
  it('is provisioned, its agent enrols, its layers are installed', async () => {
    const made = await inTenant((tx) => tx.create({ kind: 'Cluster', project: null, name: 'demo', spec }))
    uid = made.meta.uid
    await eventuallyShown('Running-Healthy')
    const status = (await cluster())?.status
    expect(status?.layers?.map(({ name, state }) => [name, state])).toEqual([
      ['kubernetes', 'Ready'],
      ['web', 'Ready'],
    ])
    expect(status?.metrics?.nodesReady).toBe(3)
    expect(status?.agent).toMatchObject({ enrolled: true, connected: true })
    const client = await kube()
    await eventually(
      'three pods run',
      async () => (await webPods(client)).filter((pod) => pod.status?.phase === 'Running').length === 3,
    )
    await client.close()
  }, 120_000)

  it('changes only the layers that differ', async () => {
    const client = await kube()
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
    const before = await client.get(ref)
    await inTenant((tx) => tx.update('Cluster', uid, { spec: { ...spec, profiles: profiles(web(3, 'hi')) } }))
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' }
    await eventually('the new value', async () => JSON.stringify((await client.get(map)).data).includes('hi'))
    await eventually('it is applied', async () => (await cluster())?.status.applied?.generation === 2)
    await eventuallyShown('Running-Healthy')
    expect((await client.get(ref)).metadata.generation).toBe(before.metadata.generation)
    await client.close()
  }, 120_000)

  it('survives a restart of the plane', async () => {
    await plane.restart()
    await eventually('the agent is back', async () => (await cluster())?.status.agent?.connected === true)
    await eventuallyShown('Running-Healthy')
  }, 120_000)

  it('replaces a stopped worker, and its pods run again without help', async () => {
    await plane.cloud.stopMachine(uid, 'demo-worker-0')
    const client = await kube()
    const names = async (): Promise<string[]> =>
      (await inTenant((tx) => tx.list('Machine', { where: { clusterUid: uid } }))).items.map((m) => m.meta.name)
    await eventually('it is replaced', async () => {
      const all = await names()
      return all.includes('demo-worker-2') && !all.includes('demo-worker-0')
    })
    await eventuallyShown('Running-Healthy')
    await eventually('all pods run elsewhere', async () => {
      const pods = await webPods(client)
      return (
        pods.length === 3 &&
        pods.every((pod) => pod.status?.phase === 'Running' && pod.spec.nodeName !== 'demo-worker-0')
      )
    })
    expect(await client.find({ apiVersion: 'v1', kind: 'Node', name: 'demo-worker-0' })).toBeNull()
    const deviations = (await cluster())?.status.deviations?.filter(({ type }) => type === 'node')
    expect(deviations?.map(({ state, action }) => [state, action])).toEqual([['repaired', 'heal']])
    await client.close()
  }, 180_000)

  it('brings the agent back when someone deletes its Deployment', async () => {
    const client = await kube()
    await client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'atrium-system', name: 'atrium-agent' })
    await eventually('it is missed', async () => (await cluster())?.status.agent?.connected === false)
    await eventuallyShown('Running-Healthy')
    await client.close()
  }, 120_000)

  it('is deleted without remains', async () => {
    await inTenant((tx) => tx.delete('Cluster', uid))
    expect(await shown()).toBe('Deleting-Unknown')
    await eventuallyShown('gone')
    expect(await plane.cloud.clusters()).toEqual([])
    expect((await inTenant((tx) => tx.list('Machine'))).items).toEqual([])
  }, 120_000)
})
