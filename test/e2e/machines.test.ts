import type { Client } from '@atrium/client/client.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLOUD, conditionOf, kubeOf, overview, untilCluster, untilDeviation, untilServing } from './harness/clusters.ts'
import { isReady, type Node, nodesOf, type Pod, podsOf } from './harness/objects.ts'
import { openPlatform, type TestPlatform, upObject } from './harness/platform.ts'
import { eventually } from './harness/wait.ts'

const LIMIT_MS = 120_000

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

const names = (nodes: readonly Node[]): string[] => nodes.map(({ metadata }) => metadata.name).sort()
const untilNodes = (what: string, wanted: (nodes: Node[]) => boolean): Promise<Node[]> =>
  eventually(
    what,
    async () => {
      const nodes = await nodesOf(kube)
      return { done: wanted(nodes) && nodes, seen: nodes.map((node) => [node.metadata.name, isReady(node)]) }
    },
    LIMIT_MS,
  )

/** Every pod of the cluster runs, on a node that is ready. */
const untilPodsRun = (): Promise<Pod[]> =>
  eventually(
    'all pods run on ready nodes',
    async () => {
      const ready = new Set(names((await nodesOf(kube)).filter(isReady)))
      const pods = await podsOf(kube)
      // A hook's job is done; everything else serves.
      const serving = pods.filter(({ status }) => status?.phase !== 'Succeeded')
      const done = serving.every(({ spec, status }) => status?.phase === 'Running' && ready.has(spec.nodeName ?? ''))
      const enough = serving.filter(({ metadata }) => metadata.namespace === 'hello-atrium').length === 2
      const seen = pods.map(({ metadata, spec, status }) => [metadata.name, spec.nodeName, status?.phase])
      return { done: done && enough && pods, seen }
    },
    LIMIT_MS,
  )

interface Pool {
  size: number
  labels?: Record<string, string>
  taints?: { key: string; value: string; effect: 'NoSchedule' }[]
}

/** Updates the worker pool as the public API does. */
async function setPool({ size, labels = {}, taints = [] }: Pool): Promise<void> {
  const configUid = (await overview(client, uid)).spec?.cloudConfig?.uid ?? ''
  const lines = Object.entries(labels).map(([key, value]) => `          ${key}: ${value}\n`)
  const metadata = lines.length > 0 ? `      metadata:\n        labels:\n${lines.join('')}` : ''
  const values = `kind: MachineDeployment
apiVersion: cluster.x-k8s.io/v1beta1
metadata:
  name: workers
spec:
  replicas: ${size}
  template:
${metadata === '' ? '' : metadata.replaceAll(/^ {2}/gm, '')}    spec:
      version: v1.34.4
`
  await client.call('PUT /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools/{machinePoolName}', {
    params: { ...CLOUD, configUid, machinePoolName: 'workers' },
    body: { cloudConfig: { values }, poolConfig: { isControlPlane: false, taints } },
  })
}

describe('with policy alert', () => {
  it(
    'a stopped worker is told with its reason, and left to the person',
    async () => {
      await platform.atrium('policy', 'demo', '--nodes', 'alert')
      expect(await platform.atrium('local', 'machine', 'stop', 'demo', 'demo-workers-0')).toMatch(
        /demo-workers-0.*stopped/,
      )
      const deviation = await untilDeviation(
        client,
        uid,
        'an open deviation of the node',
        ({ type, object, state }) => type === 'node' && object.includes('demo-workers-0') && state === 'open',
        LIMIT_MS,
      )
      expect(deviation).toMatchObject({ action: 'alert', resolvedAt: null })
      const summary = await untilCluster(
        client,
        uid,
        'MachinesReady says why',
        (one) => conditionOf(one, 'MachinesReady')?.reason === 'MachineUnhealthy',
      )
      expect(conditionOf(summary, 'MachinesReady')?.message).toContain('demo-workers-0')
      expect(summary.status?.health?.state).not.toBe('Healthy')
      expect((await platform.cloud().machines(uid)).map(({ name, phase }) => [name, phase])).toContainEqual([
        'demo-workers-0',
        'stopped',
      ])
    },
    LIMIT_MS,
  )

  it(
    'an up does not wait for what nobody repairs, and says how the cluster is',
    async () => {
      const { exitCode, output, stdout } = await platform.attempt('up', '--detach', '--json')
      expect(exitCode, output).toBe(0)
      expect(upObject(stdout).cluster).toEqual({ name: 'demo', uid })
      expect(output).toMatch(/Cluster 'demo' is Running, but UnHealthy: .*demo-workers-0/)
    },
    LIMIT_MS,
  )

  it(
    'is well again once the person starts it',
    async () => {
      await platform.atrium('local', 'machine', 'start', 'demo', 'demo-workers-0')
      await untilDeviation(
        client,
        uid,
        'the deviation resolved',
        ({ object, state }) => object.includes('demo-workers-0') && state === 'repaired',
        LIMIT_MS,
      )
      await untilServing(client, uid)
      await untilPodsRun()
    },
    LIMIT_MS,
  )
})

describe('with policy heal', () => {
  beforeAll(async () => {
    await platform.atrium('policy', 'demo', '--nodes', 'heal')
  })

  it.each(['stop', 'terminate'])(
    'after %s of a worker a new node is ready, and the pods run, without help',
    async (verb) => {
      await untilPodsRun()
      const workers = names(await nodesOf(kube)).filter((name) => name.includes('workers'))
      const victim = workers[0] ?? ''
      await platform.atrium('local', 'machine', verb, 'demo', victim)
      const nodes = await untilNodes(`a node instead of ${victim}`, (all) => {
        const ready = names(all.filter(isReady))
        return all.length === 3 && ready.length === 3 && !ready.includes(victim)
      })
      expect(names(nodes).filter((name) => !workers.includes(name) && name.includes('workers'))).toHaveLength(1)
      await untilPodsRun()
      await untilServing(client, uid)
      await untilDeviation(
        client,
        uid,
        'the deviation resolved',
        ({ object, state, action }) => object.includes(victim) && state === 'repaired' && action === 'heal',
      )
      expect((await platform.cloud().machines(uid)).map(({ name }) => name)).not.toContain(victim)
    },
    LIMIT_MS,
  )
})

describe('a pool', () => {
  it(
    'grows, and its labels and taints arrive at every node, the old ones too',
    async () => {
      const before = names(await nodesOf(kube))
      const taint = { key: 'dedicated', value: 'tests', effect: 'NoSchedule' as const }
      await setPool({ size: 3, labels: { tier: 'blue' }, taints: [taint] })
      const nodes = await untilNodes('three labelled and tainted workers', (all) => {
        const workers = all.filter(({ metadata }) => metadata.labels?.['tier'] === 'blue')
        const tainted = workers.filter(({ spec }) => spec.taints?.some(({ key }) => key === 'dedicated'))
        return all.length === 4 && tainted.length === 3 && all.every(isReady)
      })
      expect(names(nodes)).toEqual(expect.arrayContaining(before))
      expect(nodes.find(({ metadata }) => metadata.labels?.['tier'])?.spec.taints).toContainEqual(taint)
      await untilServing(client, uid)
    },
    LIMIT_MS,
  )

  it(
    'loses them, and shrinks without losing a pod that serves',
    async () => {
      await setPool({ size: 1 })
      await untilNodes(
        'one worker without label and taint',
        (all) =>
          all.length === 2 &&
          all.every(isReady) &&
          all.every(
            ({ metadata, spec }) => !metadata.labels?.['tier'] && !spec.taints?.some(({ key }) => key === 'dedicated'),
          ),
      )
      await eventually('the cloud holds two machines', async () => {
        const machines = await platform.cloud().machines(uid)
        return { done: machines.length === 2, seen: machines.map(({ name, phase }) => [name, phase]) }
      })
      await untilPodsRun()
      await untilServing(client, uid)
    },
    LIMIT_MS,
  )
})
