import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { requestToken } from '@atrium/kube/token.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ArchiveCache } from '../src/storage/archive-cache.ts'
import { AgentEnv, chart, NAMESPACE } from './support/agent-env.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
let env: AgentEnv
let pod: string
let folders: Awaited<ReturnType<typeof mounts>>
beforeAll(async () => {
  env = await AgentEnv.start()
  pod = await mkdtemp(join(tmpdir(), 'atrium-pod-'))
  folders = await mounts()
})
afterAll(async () => {
  await env?.stop()
  await rm(pod, { recursive: true, force: true })
})

/** What a kubelet mounts for the agent's pod: service account and enrolment. Nothing else of this machine is told. */
async function mounts(): Promise<{ serviceAccount: string; enrolment: string; state: string }> {
  const folders = { serviceAccount: join(pod, 'sa'), enrolment: join(pod, 'enrolment'), state: join(pod, 'state') }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  await env.client.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace: NAMESPACE },
  })
  await env.client.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'agent' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace: NAMESPACE }],
  })
  const { token } = await requestToken(env.client, {
    namespace: NAMESPACE,
    serviceAccount: 'agent',
    expirationSeconds: 600,
  })
  await writeFile(join(folders.serviceAccount, 'token'), token.reveal())
  await writeFile(join(folders.serviceAccount, 'ca.crt'), env.control.caPem)
  await writeFile(join(folders.serviceAccount, 'namespace'), NAMESPACE)
  // A plane that cannot be reached: the agent works from what it keeps in the cluster.
  const enrolment = {
    token: 'none',
    serverUrl: 'https://127.0.0.1:1',
    'ca.crt': env.control.caPem,
    clusterUid: 'c'.repeat(24),
  }
  for (const [name, content] of Object.entries(enrolment)) await writeFile(join(folders.enrolment, name), content)
  return folders
}

function startPod(more: string[] = []): { child: ChildProcess; ended: Promise<number | null> } {
  const { hostname, port } = new URL(env.control.server)
  const args = ['--enrolment-dir', folders.enrolment, '--state-dir', folders.state, '--namespace', NAMESPACE]
  const child = spawn(process.execPath, [main, ...args, '--service-account-dir', folders.serviceAccount, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, ATRIUM_HELM: toolPath('helm') },
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, ended }
}

test('as a pod it works with its own account and mounts alone, repairs without a plane, and ends cleanly', async () => {
  const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { a: "1" }\n'
  await env.plane.send([{ name: 'web', pack: chart('web', template), values: 'pack:\n  namespace: web\n' }])
  await env.applied()
  await env.stopAgent()
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'web', name: 'web' }
  const release = { apiVersion: 'v1', kind: 'Secret', namespace: 'web' }
  await env.client.delete(ref)
  await env.client.patch(
    { ...release, name: 'sh.helm.release.v1.web.v1' },
    { metadata: { labels: { status: 'failed' } } },
    { type: 'merge' },
  )
  const healthPort = await freePort()
  const { child, ended } = startPod(['--health-port', String(healthPort)])
  // Nobody answers, then it is not ready, then it is.
  const answers = new Set<number>()
  const probe = async (): Promise<number> => {
    const { status } = await fetch(`http://127.0.0.1:${healthPort}/readyz`)
    answers.add(status)
    return status
  }
  await expect.poll(probe, { interval: 5 }).toBe(200)
  expect([...answers]).toEqual([503, 200])
  const output: Buffer[] = []
  child.stdout?.on('data', (part) => output.push(part))
  child.stderr?.on('data', (part) => output.push(part))
  await expect.poll(() => env.client.find(ref)).not.toBeNull()
  // The failed release is taken back by helm, which signs in with the mounted token too.
  await expect.poll(() => env.client.find({ ...release, name: 'sh.helm.release.v1.web.v2' })).not.toBeNull()
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  const log = Buffer.concat(output).toString('utf8')
  expect(log).toContain('agent started')
  expect(log).not.toContain(await readFile(join(folders.serviceAccount, 'token'), 'utf8'))
})

const hook = `
apiVersion: batch/v1
kind: Job
metadata: { name: hook, annotations: { helm.sh/hook: pre-upgrade } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: hook, image: hook:1 }] } } }
`
const revision = (number: number) => env.find('v1', 'Secret', `sh.helm.release.v1.hooked.v${number}`, 'hooked')
const hookUid = async () => (await env.find('batch/v1', 'Job', 'hook', 'hooked'))?.metadata.uid ?? ''

test('SIGTERM during a hook ends it in order: nothing is taken back, no helm stays, and the next start goes on', async () => {
  const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: hooked }\ndata: { a: "1" }\n'
  const layer = { name: 'hooked', values: 'pack:\n  namespace: hooked\n' }
  await env.startAgent()
  await env.plane.send([{ ...layer, pack: chart('hooked', template) }])
  await env.applied()
  // With policy heal the guard of releases would take back, at the next start, what was cut off.
  const next = [{ ...layer, pack: chart('hooked', template, { 'templates/hook.yaml': hook }) }]
  const { layers } = await env.plane.send(next, { drift: 'alert' })
  await expect.poll(hookUid).not.toBe('')
  await env.stopAgent()
  expect((await revision(1))?.metadata.labels).toMatchObject({ status: 'deployed' })

  const former = await hookUid()
  const digest = layers[0]?.pack?.digest ?? ''
  await new ArchiveCache(join(folders.state, 'packs'), systemClock).put(
    digest,
    env.plane.archives.get(digest) ?? Buffer.of(),
  )
  const { child, ended } = startPod()
  await expect.poll(async () => ['', former].includes(await hookUid())).toBe(false)
  expect(processesOf(folders.state)).toHaveLength(2)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(processesOf(folders.state)).toEqual([])
  expect((await revision(1))?.metadata.labels).toMatchObject({ status: 'deployed' })
  env.completeJobs(() => 'Complete')
  await env.startAgent()
  await env.applied()
})

test('a pull that hangs holds up neither the profile that corrects it nor the end', async () => {
  const slow = { name: 'slow', pack: chart('slow', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: slow }\n') }
  const registry = createServer()
  try {
    registry.listen(0, '127.0.0.1')
    await once(registry, 'listening')
    env.plane.registry = `https://127.0.0.1:${(registry.address() as AddressInfo).port}`
    env.plane.hangs = true
    await env.plane.send([slow])
    await expect.poll(() => env.plane.layers()['slow']?.message).toBe('being installed')
    await env.plane.send([])
    await env.applied()
    await env.plane.send([slow])
    await expect.poll(() => env.plane.layers()['slow']?.message).toBe('being installed')
    await env.stopAgent()
    const { child, ended } = startPod()
    await once(registry, 'connection')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  } finally {
    registry.close()
  }
})

/** Command lines of processes that name this folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLineOf(pid))
    .filter((text) => text.includes(folder))
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

test('it says what is missing and ends', async () => {
  const child = spawn(process.execPath, [main, '--state-dir', pod], { stdio: ['ignore', 'ignore', 'pipe'], env: {} })
  const parts: Buffer[] = []
  child.stderr?.on('data', (part) => parts.push(part))
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1)
  expect(Buffer.concat(parts).toString('utf8')).toContain('--service-account-dir or --kubeconfig is required')
})
