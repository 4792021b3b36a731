import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '@atrium/kube/object.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MachinePhase } from '../src/cloud/protocol.ts'
import { addWorker, eventually, startTestCloud, type TestCloud, type TestCluster, VERSION } from './support/cloud.ts'

describe('a cluster on this machine', () => {
  let cloud: TestCloud
  let cluster: TestCluster

  beforeAll(async () => {
    cloud = await startTestCloud()
    cluster = await cloud.cluster('shop', 2)
  })
  afterAll(() => cloud.close())

  interface Listed extends KubeObject {
    status?: {
      phase?: string
      readyReplicas?: number
      succeeded?: number
      conditions?: { type: string; status: string }[]
      loadBalancer?: { ingress?: { ip: string }[] }
    }
  }
  const find = (apiVersion: string, kind: string, name: string, namespace = 'default'): Promise<Listed | null> =>
    cluster.kube.find<Listed>({ apiVersion, kind, name, ...(kind === 'Node' ? {} : { namespace }) })
  const nodeReady = async (name: string): Promise<string | undefined> =>
    (await find('v1', 'Node', name))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  const phase = async (name: string): Promise<MachinePhase | undefined> =>
    (await cluster.view()).machines.find((machine) => machine.name === name)?.phase

  it('serves the Kubernetes it was asked for, with nodes Ready', async () => {
    expect((await cluster.kube.version()).gitVersion).toBe(`v${VERSION}`)
    const nodes = await cluster.kube.list<KubeObject & { spec: { providerID: string } }>({
      apiVersion: 'v1',
      kind: 'Node',
    })
    expect(nodes.items.map((node) => node.spec.providerID).sort()).toEqual([
      `local://${cluster.uid}/shop-worker-0`,
      `local://${cluster.uid}/shop-worker-1`,
    ])
    expect(await nodeReady('shop-worker-0')).toBe('True')
  })

  it('runs Deployments, Jobs and bare pods', async () => {
    await cluster.kubectl('create', 'deployment', 'web', '--image=web', '--replicas=4')
    await cluster.kubectl('create', 'job', 'migrate', '--image=migrate')
    await cluster.kubectl('run', 'hook', '--image=hook', '--restart=Never')
    await eventually(
      '4 pods are ready',
      async () => (await find('apps/v1', 'Deployment', 'web'))?.status?.readyReplicas === 4,
    )
    await eventually(
      'the job completes',
      async () => (await find('batch/v1', 'Job', 'migrate'))?.status?.succeeded === 1,
    )
    await eventually('the pod completes', async () => (await find('v1', 'Pod', 'hook'))?.status?.phase === 'Succeeded')
  })

  it('binds volumes, at once or for the first pod, lets them grow, and removes them with their claim', async () => {
    for (const [name, volumeBindingMode] of [
      ['now', 'Immediate'],
      ['later', 'WaitForFirstConsumer'],
    ])
      await cluster.kube.create({
        ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: `${name}` } },
        ...{ provisioner: 'local.atrium.dev/volume', volumeBindingMode, allowVolumeExpansion: true },
      })
    const claim = (name: string): KubeObject => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' } },
      spec: { storageClassName: name, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    await cluster.kube.create(claim('now'))
    await cluster.kube.create(claim('later'))
    const isBound = async (name: string): Promise<boolean> =>
      (await find('v1', 'PersistentVolumeClaim', name))?.status?.phase === 'Bound'
    await eventually('the first claim is bound', () => isBound('now'))
    expect(await isBound('later')).toBe(false)
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'later' } }]
    const containers = [{ name: 'db', image: 'db', volumeMounts: [{ name: 'data', mountPath: '/data' }] }]
    await cluster.kube.create({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db', namespace: 'default' } },
      spec: { containers, volumes },
    })
    await eventually('the second claim is bound for its pod', () => isBound('later'))
    const grown = { spec: { resources: { requests: { storage: '2Gi' } } } }
    const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'now' }
    await cluster.kube.patch(ref, grown, { type: 'merge' })
    await eventually('it has grown', async () => (await cluster.kubectl('get', 'pvc', 'now')).includes('2Gi'))
    expect((await cluster.view()).resources.filter(({ kind }) => kind === 'Volume')).toHaveLength(2)
    await cluster.kube.delete(ref)
    await eventually('its volume is gone', async () => {
      const left = await cluster.kube.list({ apiVersion: 'v1', kind: 'PersistentVolume' })
      return left.items.length === 1
    })
  })

  it('gives load balancers addresses of their own', async () => {
    for (const name of ['one', 'two']) await cluster.kubectl('create', 'service', 'loadbalancer', name, '--tcp=80:80')
    const address = async (name: string): Promise<string | undefined> =>
      (await find('v1', 'Service', name))?.status?.loadBalancer?.ingress?.[0]?.ip
    await eventually(
      'both have one',
      async () => (await address('one')) !== undefined && (await address('two')) !== undefined,
    )
    expect(await address('one')).not.toBe(await address('two'))
  })

  it('answers metrics.k8s.io for nodes and pods', async () => {
    await eventually('kubectl top works', async () => (await cluster.kubectl('top', 'nodes')).includes('shop-worker-1'))
    await eventually('pods are selected by label', async () => {
      const pods = await cluster.kubectl('top', 'pods', '-l', 'app=web', '--no-headers')
      return pods.trim().split('\n').length === 4
    })
  })

  it('says what simulated pods cannot do instead of hanging', async () => {
    await expect(cluster.kubectl('logs', 'deployment/web')).rejects.toThrow(/simulated/)
    await expect(cluster.kubectl('get', '--raw', '/api/v1/namespaces/default/services/one:80/proxy/')).rejects.toThrow(
      /no endpoints|simulated/,
    )
    await expect(cluster.kubectl('exec', 'deployment/web', '--', 'true')).rejects.toThrow()
  })

  it('refuses paths that are none, for which the cloud of all clusters must not end', async () => {
    const { pid } = await cluster.client.about()
    // The API server forwards to nodes whose address needs no name server.
    await cluster.kube.create({
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'visitor' } },
      status: {
        addresses: [{ type: 'InternalIP', address: '10.99.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    })
    for (const path of ['/api/v1/nodes/visitor/proxy/%FF', '/apis/metrics.k8s.io/v1beta1/nodes/%FF'])
      await expect(cluster.kubectl('get', '--raw', path)).rejects.toThrow(/BadRequest.*rejected our request/)
    expect((await cluster.client.about()).pid).toBe(pid)
    await cluster.kube.delete({ apiVersion: 'v1', kind: 'Node', name: 'visitor' })
  })

  it('stops and starts a machine: NotReady with its pods, then both Ready again', async () => {
    const readyPods = async (): Promise<number> =>
      (await find('apps/v1', 'Deployment', 'web'))?.status?.readyReplicas ?? 0
    await cluster.client.stopMachine(cluster.uid, 'shop-worker-1')
    expect(await phase('shop-worker-1')).toBe('stopped')
    await eventually('its node is not ready', async () => (await nodeReady('shop-worker-1')) === 'Unknown')
    await eventually('its pods are not ready', async () => (await readyPods()) < 4)
    await cluster.client.startMachine(cluster.uid, 'shop-worker-1')
    await eventually('its node is ready', async () => (await nodeReady('shop-worker-1')) === 'True')
    await eventually('it runs', async () => (await phase('shop-worker-1')) === 'running')
    await eventually('its pods are ready', async () => (await readyPods()) === 4)
  })

  it('terminates a machine with its node and pods, and remembers that it was lost', async () => {
    await cluster.client.terminateMachine(cluster.uid, 'shop-worker-1')
    await eventually('its node is gone', async () => (await find('v1', 'Node', 'shop-worker-1')) === null)
    await eventually('its pods run elsewhere', async () => {
      const pods = await cluster.kube.list<KubeObject & { spec: { nodeName?: string } }>({
        apiVersion: 'v1',
        kind: 'Pod',
      })
      const ready = (await find('apps/v1', 'Deployment', 'web'))?.status?.readyReplicas
      return ready === 4 && pods.items.every((pod) => pod.spec.nodeName !== 'shop-worker-1')
    })
    expect(await phase('shop-worker-1')).toBe('terminated')
    await cluster.client.deleteMachine(cluster.uid, 'shop-worker-1')
    expect(await phase('shop-worker-1')).toBeUndefined()
    await expect(addWorker(cluster.client, cluster.uid, 'shop', 1)).rejects.toThrow(/gone/)
  })

  it('lets pods leave before a machine is deleted', async () => {
    await addWorker(cluster.client, cluster.uid, 'shop', 2)
    await eventually('it runs', async () => (await phase('shop-worker-2')) === 'running')
    await cluster.client.deleteMachine(cluster.uid, 'shop-worker-0')
    await eventually('it is gone', async () => (await phase('shop-worker-0')) === undefined)
    expect(await find('v1', 'Node', 'shop-worker-0')).toBeNull()
    await eventually(
      'its pods run',
      async () => (await find('apps/v1', 'Deployment', 'web'))?.status?.readyReplicas === 4,
    )
  })

  it('changes labels and taints of a node and leaves those of others', async () => {
    await cluster.kubectl('label', 'node', 'shop-worker-2', 'mine=yes')
    const shape = { pool: 'worker', ordinal: 2, isControlPlane: false, kubernetesVersion: VERSION }
    const put = (labels: Record<string, string>, key: string): Promise<void> =>
      cluster.client.putMachine(cluster.uid, 'shop-worker-2', {
        ...{ ...shape, labels },
        taints: [{ key, value: 'x', effect: 'PreferNoSchedule' }],
      })
    type Node = KubeObject & { spec: { taints?: { key: string }[] } }
    const node = (): Promise<Node> => cluster.kube.get<Node>({ apiVersion: 'v1', kind: 'Node', name: 'shop-worker-2' })
    await put({ tier: 'db' }, 'first')
    await eventually('the label is there', async () => (await node()).metadata.labels?.tier === 'db')
    await put({ rack: 'r1' }, 'second')
    await eventually(
      'the taint is there',
      async () => (await node()).spec.taints?.some(({ key }) => key === 'second') ?? false,
    )
    const { metadata, spec } = await node()
    expect(metadata.labels).toMatchObject({ rack: 'r1', mine: 'yes' })
    expect(metadata.labels).not.toHaveProperty('tier')
    expect(spec.taints?.map(({ key }) => key)).toEqual(['second'])
  })

  it('stands beside a second cluster, whose deletion leaves nothing and touches nothing', async () => {
    const second = await cloud.cluster('other', 1)
    const before = await cluster.view()
    const { port } = (await second.view()).endpoint
    await second.client.deleteCluster(second.uid)
    await eventually('it is gone', async () => (await second.client.cluster(second.uid)) === null)
    expect(cloud.processes().filter((entry) => entry.commandLine.join(' ').includes(second.uid))).toEqual([])
    expect(existsSync(join(cloud.home, 'cloud', 'clusters', second.uid))).toBe(false)
    expect(readdirSync(join(cloud.home, 'cloud', 'run')).filter((name) => name.includes(second.uid))).toEqual([])
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    const after = await cluster.view()
    expect(after.processes.map(({ pid }) => pid)).toEqual(before.processes.map(({ pid }) => pid))
  })
})
