import { isRunning } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROCESS_NAMES } from '../src/cloud/processes.ts'
import { eventually, startTestCloud, type TestCloud, type TestCluster } from './support/cloud.ts'

describe('a cluster survives kill -9', () => {
  let cloud: TestCloud
  let cluster: TestCluster
  let written = 0

  beforeAll(async () => {
    cloud = await startTestCloud()
    cluster = await cloud.cluster('shop', 2)
  })
  afterAll(() => cloud.close())

  const pidOf = async (name: string): Promise<number> => {
    const found = (await cluster.view()).processes.find((one) => one.name === name)?.pid
    if (!found) throw new Error(`${name} does not run`)
    return found
  }
  const write = async (): Promise<void> => {
    const name = `written-${written}`
    await cluster.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
    written += 1
  }
  const nothingIsLost = async (): Promise<void> => {
    for (let index = 0; index < written; index += 1)
      await cluster.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: `written-${index}` })
  }
  /** The cluster does everything: stores, schedules, runs. */
  const works = async (image: string): Promise<void> => {
    await eventually('it is ready', async () => (await cluster.view()).phase === 'ready')
    await cluster.kubectl('create', 'deployment', image, `--image=${image}`, '--replicas=2')
    await eventually('pods are ready', async () => {
      const text = await cluster.kubectl('get', 'deployment', image, '-o', 'jsonpath={.status.readyReplicas}')
      return text === '2'
    })
    await nothingIsLost()
  }

  it.each(PROCESS_NAMES)('%s', async (name) => {
    await write()
    const before = await pidOf(name)
    process.kill(before, 'SIGKILL')
    await eventually('it runs again', async () => (await pidOf(name)) !== before)
    await works(`after-${name}`)
    const nodes = await cluster.kubectl('get', 'nodes', '--no-headers')
    expect(nodes.match(/ Ready /g)).toHaveLength(2)
  })

  it('the daemon: its clusters go on, and are taken over by the next', async () => {
    const before = (await cluster.view()).processes
    process.kill(cloud.process.pid, 'SIGKILL')
    await eventually('it ended', async () => !isRunning(cloud.process))
    await write()
    Object.assign(cloud, await cloud.restart())
    await works('after-daemon')
    const after = (await cluster.view()).processes
    expect(after.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid))
  })

  it('everything at once', async () => {
    await write()
    for (const { pid } of cloud.processes()) process.kill(pid, 'SIGKILL')
    await eventually('all ended', async () => cloud.processes().length === 0)
    Object.assign(cloud, await cloud.restart())
    await works('after-all')
  })

  it('etcd and the API server while nobody looks after them: their clients are started anew', async () => {
    const before = (await cluster.view()).processes
    process.kill(cloud.process.pid, 'SIGKILL')
    for (const name of ['etcd', 'kube-apiserver'])
      process.kill(before.find((one) => one.name === name)?.pid ?? 0, 'SIGKILL')
    await eventually('they ended', async () => cloud.processes().length === before.length - 2)
    Object.assign(cloud, await cloud.restart())
    await works('after-outage')
  })

  it('rests and resumes', async () => {
    await write()
    await cloud.client.shutdown({ processes: true })
    await eventually('nothing runs', async () => cloud.processes().length === 0)
    Object.assign(cloud, await cloud.restart())
    await works('after-rest')
  })

  it('half a deletion is finished by the next daemon', async () => {
    const other = await cloud.cluster('other', 1)
    await other.client.deleteCluster(other.uid)
    process.kill(cloud.process.pid, 'SIGKILL')
    await eventually('it ended', async () => !isRunning(cloud.process))
    Object.assign(cloud, await cloud.restart())
    await eventually('the cluster is gone', async () => (await cloud.client.cluster(other.uid)) === null)
    expect(cloud.processes().filter((entry) => entry.commandLine.join(' ').includes(other.uid))).toEqual([])
    await nothingIsLost()
  })
})
