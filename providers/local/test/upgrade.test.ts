import { readFileSync } from 'node:fs'
import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { isRunning, type ProcessRecord } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterPaths } from '../src/cloud/paths.ts'
import type { ProcessName } from '../src/cloud/processes.ts'
import { ensureCloud } from '../src/ensure-cloud.ts'
import { createLocalProvider } from '../src/provider/provider.ts'
import {
  addWorker,
  eventually,
  OTHER_VERSION,
  startTestCloud,
  type TestCloud,
  type TestCluster,
  VERSION,
} from './support/cloud.ts'

const broken = { apiserver: '/bin/false', controllerManager: '/bin/false', scheduler: '/bin/false' }
const data = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'data' }

describe('a cluster that is upgraded', () => {
  let cloud: TestCloud
  let cluster: TestCluster

  beforeAll(async () => {
    cloud = await startTestCloud({ moreVersions: { [OTHER_VERSION]: broken } })
    cluster = await cloud.cluster('shop', 2)
    await cluster.kube.create({ ...data, metadata: { name: 'data', namespace: 'default' }, data: { kept: 'yes' } })
    await cluster.kubectl('create', 'deployment', 'web', '--image=web', '--replicas=2')
    await readyPods(2)
  })
  afterAll(() => cloud.close())

  const ask = (kubernetesVersion: string) =>
    cloud.client.putCluster(cluster.uid, { tenant: 'tenant', name: 'shop', kubernetesVersion })
  const readyPods = (count: number): Promise<void> =>
    eventually(`${count} pods are ready`, async () => {
      const text = await cluster.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}')
      return text === String(count)
    })
  const version = async (): Promise<string> => (await cluster.kube.version()).gitVersion
  const recordOf = (name: ProcessName): ProcessRecord => {
    const { run } = clusterPaths(`${cloud.home}/cloud`, cluster.uid)
    return JSON.parse(readFileSync(`${run}/${name}.json`, 'utf8')) as ProcessRecord
  }
  const kubelet = (node: string): Promise<string> =>
    cluster.kubectl('get', 'node', node, '-o', 'jsonpath={.status.nodeInfo.kubeletVersion}')

  it('goes on as it was when the new API server does not come up, says why, and may be left there', async () => {
    await ask(OTHER_VERSION)
    await eventually('the attempt failed', async () => (await cluster.view()).upgrade?.failure !== '')
    await eventually('the former version serves', async () => (await cluster.view()).phase === 'ready')
    const { kubernetesVersion, upgrade } = await cluster.view()
    expect([kubernetesVersion, await version()]).toEqual([VERSION, `v${VERSION}`])
    expect(upgrade).toMatchObject({
      to: OTHER_VERSION,
      // It ends before or after it was seen to run.
      failure: expect.stringMatching(
        /did not come up \(one attempt\): (?:ended|kube-apiserver did not start \(exit code 1\)); the end of .*1\.34\.4 serves again; the next attempt/s,
      ),
    })
    const identity = { tenant: 'tenant', uid: cluster.uid, name: 'shop' }
    const account = { uid: 'account', credentials: {}, settings: {} }
    const provider = createLocalProvider({ cloud: cloud.client })
    const observed = await provider.observe(identity, account)
    const nothing = { cloudConfig: {}, policy: { drift: 'heal', nodes: 'heal' }, replace: [] } as const
    const pools = [{ ...pool, size: 2 }]
    const desired = { ...nothing, replace: [], identity, kubernetesVersion: OTHER_VERSION, pools }
    const [operation, ...more] = provider.plan(desired, observed)
    expect([operation?.type, more]).toEqual(['change-version', []])
    const journal = { begin: async () => ({ result: null }), complete: async () => undefined }
    const error: unknown = operation && (await provider.apply(operation, identity, account, journal).catch((e) => e))
    expect(error).toBeInstanceOf(ProviderError)
    expect(error).toMatchObject({ reason: 'KubernetesUpgradeFailed', reaction: 'user' })
    expect((await ask(VERSION)).upgrade).toBeNull()
    await readyPods(2)
  })

  it('keeps its data and its workload, the API server first, also when the daemon is killed on the way', async () => {
    const { moreVersions: _, ...options } = cloud.options
    Object.assign(cloud, await ensureCloud(options), { options, restart: () => ensureCloud(options) })
    const before = await cluster.kube.get(data)
    const etcd = recordOf('etcd')
    const old = recordOf('kube-apiserver')
    await ask(OTHER_VERSION)
    await eventually('the old API server ends', async () => !isRunning(old))
    process.kill(cloud.process.pid, 'SIGKILL')
    await eventually('the daemon ended', async () => !isRunning(cloud.process))
    Object.assign(cloud, await cloud.restart())
    await eventually('it serves the new version', async () => {
      const { phase, kubernetesVersion, upgrade } = await cluster.view()
      return phase === 'ready' && kubernetesVersion === OTHER_VERSION && upgrade === null
    })
    expect(await version()).toBe(`v${OTHER_VERSION}`)
    expect(await cluster.kube.get(data)).toEqual(before)
    expect(recordOf('etcd')).toEqual(etcd)
    const server = recordOf('kube-apiserver')
    for (const name of ['kube-controller-manager', 'kube-scheduler'] as const) {
      const { commandLine, startedAt } = recordOf(name)
      expect(commandLine[0]).toContain(OTHER_VERSION)
      expect(startedAt >= server.startedAt, `${name} came after the API server`).toBe(true)
    }
    await cluster.kubectl('scale', 'deployment', 'web', '--replicas=4')
    await readyPods(4)
    expect(await kubelet('shop-worker-0')).toBe(`v${VERSION}`)
    await expect(ask(VERSION)).rejects.toMatchObject({ fault: { reason: 'KubernetesDowngrade', reaction: 'user' } })
  })

  it('has nodes that tell the version of their machine, whatever somebody writes there', async () => {
    await addWorker(cloud.client, cluster.uid, 'shop', 2, OTHER_VERSION)
    await eventually('the node tells it', async () => (await kubelet('shop-worker-2')) === `v${OTHER_VERSION}`)
    const wrong = { status: { nodeInfo: { kubeletVersion: 'v1.0.0' } } }
    const node = { apiVersion: 'v1', kind: 'Node', name: 'shop-worker-2' }
    await cluster.kube.patch(node, wrong, { type: 'merge', subresource: 'status' })
    await eventually('it tells it again', async () => (await kubelet('shop-worker-2')) === `v${OTHER_VERSION}`)
    const view = (await cluster.view()).machines.map(({ name, kubernetesVersion }) => [name, kubernetesVersion])
    expect(view).toContainEqual(['shop-worker-2', OTHER_VERSION])
    expect(view).toContainEqual(['shop-worker-0', VERSION])
  })

  it('drains a machine by eviction, and says which disruption budget holds it until when', async () => {
    await cluster.kubectl('create', 'poddisruptionbudget', 'web', '--selector=app=web', '--min-available=4')
    await eventually('the budget counts', async () => {
      const text = await cluster.kubectl('get', 'pdb', 'web', '-o', 'jsonpath={.status.expectedPods}')
      return text === '4'
    })
    await cloud.client.deleteMachine(cluster.uid, 'shop-worker-0')
    const drain = async () => (await cluster.view()).machines.find(({ name }) => name === 'shop-worker-0')
    await eventually('it says what holds it', async () => {
      const { phase, message = '' } = (await drain()) ?? {}
      return phase === 'deleting' && /a disruption budget holds default\/web-\S+: .*web.*it goes .* at 20/.test(message)
    })
    await cluster.kubectl('delete', 'poddisruptionbudget', 'web')
    await eventually('it is gone', async () => (await drain()) === undefined)
    await readyPods(4)
  })
})

const pool = {
  ...{ name: 'worker', isControlPlane: false, useControlPlaneAsWorker: false, labels: {}, taints: [] },
  kubernetesVersion: '',
}
