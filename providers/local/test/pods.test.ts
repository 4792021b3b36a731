import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '@atrium/toolchain/process.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PodObject } from '../src/cloud/pods/pod.ts'
import { type AgentOptions, agentDeployment, greetingSecret, podReader } from './support/agent-objects.ts'
import { eventually, startTestCloud, type TestCloud, type TestCluster } from './support/cloud.ts'

interface Report {
  greeting: string
  self: number
  secrets: number
  pid: number
  child: number | null
  env: Record<string, string>
  args: string[]
}

describe('the pod runner', () => {
  let cloud: TestCloud
  let cluster: TestCluster

  beforeAll(async () => {
    cloud = await startTestCloud()
    cluster = await cloud.cluster('shop', 2)
    await cluster.kube.create(greetingSecret('hello'))
    for (const object of podReader('agent')) await cluster.kube.create(object)
  })
  afterAll(() => cloud.close())
  afterEach(async () => {
    const deployments = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default' }
    for (const { metadata } of (await cluster.kube.list(deployments)).items)
      await cluster.kube.delete({ ...deployments, name: metadata.name })
    await eventually('no pod is left', async () => (await pods()).length === 0)
  })

  const podsFolder = (): string => join(cloud.home, 'cloud', 'clusters', cluster.uid, 'pods')
  const pods = async (): Promise<PodObject[]> =>
    (await cluster.kube.list<PodObject>({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' })).items
  const deploy = (options: AgentOptions = { serviceAccount: 'agent' }): Promise<unknown> =>
    cluster.kube.create(agentDeployment('agent', options))
  const containerState = async (): Promise<string> => JSON.stringify((await pods())[0]?.status?.containerStatuses?.[0])
  const volume = (pod: PodObject, name: string): string => join(podsFolder(), pod.metadata.uid ?? '', 'volumes', name)

  /** The pod once it is ready, and what its process says of itself. */
  const readyPod = async (): Promise<{ pod: PodObject; report: Report }> => {
    let pod: PodObject | undefined
    await eventually('the pod is ready', async () => {
      pod = (await pods()).find(({ metadata }) => metadata.deletionTimestamp === undefined)
      return pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
    })
    if (pod === undefined) throw new Error('unreachable')
    return { pod, report: await reportOf(pod) }
  }
  const reportOf = async (pod: PodObject): Promise<Report> => {
    let report: Report | null = null
    await eventually('its process answers', async () => {
      const port = readFileSync(join(volume(pod, 'state'), 'port'), 'utf8')
      report = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Report
      return true
    })
    if (report === null) throw new Error('unreachable')
    return report
  }

  const childOf = ({ child }: Report): number => child ?? Number.NaN

  it('runs a pod from its specification alone, with its own identity and rights', async () => {
    await deploy()
    const { pod, report } = await readyPod()
    expect(report).toMatchObject({ greeting: 'hello', self: 200, secrets: 403 })
    expect(report.env).toMatchObject({
      GREETING: 'hello',
      IMAGE_ENV: 'from the image',
      POD_NAME: pod.metadata.name,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      STATE_FILE: join(volume(pod, 'state'), `${pod.metadata.name}.json`),
    })
    expect(report.args[0]).toBe(`--state-dir=${volume(pod, 'state')}`)
    expect(Object.keys(report.env)).not.toContain('PATH')
    expect(statSync(join(volume(pod, 'greeting'), 'greeting')).mode & 0o777).toBe(0o600)
    expect(statSync(volume(pod, 'greeting')).mode & 0o777).toBe(0o700)
    expect(pod.status?.phase).toBe('Running')
    expect(await cluster.kubectl('logs', 'deployment/agent')).toContain('greeting=hello self=200')
  })

  it('stops the process when the Deployment goes, and leaves no folder', async () => {
    await deploy()
    const { report } = await readyPod()
    await cluster.kube.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'agent' })
    await eventually('the process ended', async () => readProcess(report.pid) === null)
    await eventually('the pod is gone', async () => (await pods()).length === 0)
    await eventually('its folder is gone', async () => readdirSync(podsFolder()).length === 0)
  })

  it('starts a killed process again and counts it', async () => {
    await deploy()
    const { pod, report } = await readyPod()
    process.kill(report.pid, 'SIGKILL')
    await eventually('it runs again', async () => {
      const [now] = await pods()
      return now?.metadata.uid === pod.metadata.uid && now?.status?.containerStatuses?.[0]?.restartCount === 1
    })
    const [now] = await pods()
    expect(now?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(137)
    await eventually('another process answers', async () => (await reportOf(pod)).pid !== report.pid)
  })

  it('ends a container whole: a child of its process outlives neither that nor the pod', async () => {
    await deploy({ serviceAccount: 'agent', args: ['--child'] })
    const { pod, report } = await readyPod()
    expect(readProcess(childOf(report))).not.toBeNull()
    process.kill(report.pid, 'SIGKILL')
    let next = report
    await eventually('another process answers', async () => {
      next = await reportOf(pod)
      return next.pid !== report.pid
    })
    expect(readProcess(childOf(report))).toBeNull()
    // Both go while nobody looks after them.
    process.kill(cloud.process.pid, 'SIGKILL')
    await eventually('the daemon ended', async () => !isRunning(cloud.process))
    process.kill(next.pid, 'SIGKILL')
    expect(readProcess(childOf(next))).not.toBeNull()
    Object.assign(cloud, await cloud.restart())
    await cluster.kube.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'agent' })
    await eventually('its child ended', async () => readProcess(childOf(next)) === null)
  })

  it('shows a crash loop with the last words of the process', async () => {
    await deploy({ serviceAccount: 'agent', args: ['--exit-code=3'] })
    await eventually('it backs off', async () => (await containerState()).includes('CrashLoopBackOff'))
    const [pod] = await pods()
    expect(pod?.status?.containerStatuses?.[0]?.state.waiting?.message).toMatch(/back-off .* leaving as told/)
    expect(pod?.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' })
  })

  it('waits for a Secret that is missing, says so, and starts once it is there', async () => {
    await deploy({ serviceAccount: 'agent', secretName: 'late' })
    await eventually('it says what is missing', async () =>
      (await containerState()).includes('secret \\"late\\" not found'),
    )
    expect((await pods())[0]?.status?.phase).toBe('Pending')
    await cluster.kube.create({ ...greetingSecret('late hello'), metadata: { name: 'late', namespace: 'default' } })
    expect((await readyPod()).report.greeting).toBe('late hello')
  })

  it('gives a pod no more rights than its account has', async () => {
    await cluster.kube.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'nobody', namespace: 'default' },
    })
    await deploy({ serviceAccount: 'nobody' })
    expect((await readyPod()).report).toMatchObject({ self: 403, secrets: 403 })
  })

  it.each([
    ['a command of its own', { command: ['/bin/sh', '-c', 'touch /tmp/was-here'] }],
    ['variable NODE_REDIRECT_WARNINGS', { env: [{ name: 'NODE_REDIRECT_WARNINGS', value: '/tmp/written' }] }],
    ['path /etc', { args: ['--state-dir=/var/lib/agent', '--secret-dir', '/etc'] }],
    ['variable NODE_OPTIONS', { env: [{ name: 'NODE_OPTIONS', value: '--import=/etc/greeting/greeting' }] }],
  ])('refuses %s: pods bring no code to this machine', async (what, more) => {
    const deployment = agentDeployment('agent', { serviceAccount: 'agent' })
    const spec = deployment.spec as { template: { spec: { containers: object[] } } }
    spec.template.spec.containers = spec.template.spec.containers.map((container) => ({ ...container, ...more }))
    await cluster.kube.create(deployment)
    await eventually('it is refused', async () => (await containerState()).includes(`${what} is not allowed`))
    expect((await pods())[0]?.status?.phase).toBe('Pending')
  })

  it('ends the process with its machine, and runs the pod elsewhere when the machine is lost', async () => {
    await deploy()
    const { pod, report } = await readyPod()
    const machine = pod.spec.nodeName ?? ''
    await cluster.client.stopMachine(cluster.uid, machine)
    await eventually('the process ended', async () => readProcess(report.pid) === null)
    await cluster.client.startMachine(cluster.uid, machine)
    await eventually('it runs again', async () => (await reportOf(pod)).pid !== report.pid)
    const again = await reportOf(pod)
    await cluster.client.terminateMachine(cluster.uid, machine)
    await eventually('the process ended', async () => readProcess(again.pid) === null)
    // Until its end is told it still counts as ready.
    await eventually(
      'its pod goes',
      async () => !(await pods()).some(({ metadata }) => metadata.uid === pod.metadata.uid),
    )
    const next = await readyPod()
    expect(next.pod.spec.nodeName).not.toBe(machine)
    expect(existsSync(volume(pod, 'state'))).toBe(false)
  })

  it('keeps the process through a crash of the daemon', async () => {
    await deploy()
    const { pod, report } = await readyPod()
    const startedAt = readProcess(report.pid)?.startTicks
    process.kill(cloud.process.pid, 'SIGKILL')
    await eventually('the daemon ended', async () => !isRunning(cloud.process))
    expect((await reportOf(pod)).pid).toBe(report.pid)
    Object.assign(cloud, await cloud.restart())
    await eventually('the cluster is served again', async () => (await cluster.view()).phase === 'ready')
    expect(readProcess(report.pid)?.startTicks).toBe(startedAt)
    expect((await readyPod()).pod.status?.containerStatuses?.[0]?.restartCount).toBe(0)
    process.kill(report.pid, 'SIGKILL')
    await eventually('it is still looked after', async () => (await reportOf(pod)).pid !== report.pid)
  })
})
