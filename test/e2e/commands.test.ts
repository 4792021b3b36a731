import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openClient } from '@atrium/cli/platform/connect.ts'
import { type PlatformPart, type PlatformRecord, readJsonFile } from '@atrium/toolchain/platform.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlatform, root, type TestPlatform, type UpObject } from './harness/platform.ts'
import { eventually } from './harness/wait.ts'
import { namesOf, processesOf } from './harness/world.ts'

const LIMIT_MS = 150_000
const uid = /^[0-9a-f]{24}$/

let platform: TestPlatform
let attended: ChildProcess
let ended: Promise<unknown[]>
let stdout = ''
let stderr = ''
let up: UpObject
beforeAll(async () => {
  platform = await openPlatform()
  const args = ['--home', platform.home.folder, 'up', '--json', '--port', String(platform.port)]
  attended = spawn(join(root, 'atrium'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  ended = once(attended, 'exit')
  attended.stdout?.on('data', (chunk) => (stdout += chunk))
  attended.stderr?.on('data', (chunk) => (stderr += chunk))
  await eventually(
    'up says that it is ready',
    () => {
      const isReady = stderr.includes('Press Ctrl-C')
      if (attended.exitCode !== null) throw new Error(stderr)
      return { done: isReady, seen: stderr }
    },
    LIMIT_MS,
  )
}, LIMIT_MS)
afterAll(async () => {
  if (attended.exitCode === null) attended.kill('SIGKILL')
  await platform.close()
})

/** Exit code and everything it said of a command that must not succeed. */
const refusal = async (...args: string[]): Promise<string> => {
  const { exitCode, output } = await platform.attempt(...args)
  expect([args, exitCode]).toEqual([args, 1])
  expect(output).not.toMatch(/^ +at /m)
  return output
}
const pidsOf = async (...parts: PlatformPart[]): Promise<(number | undefined)[]> =>
  (await Promise.all(parts.map((part) => adoptProcess(platform.home.recordFile(part))))).map((record) => record?.pid)
/** Of the demo: etcd, API server, agent and so on; not helm, which the agent starts and which ends by itself. */
const clusterProcesses = (): string[] =>
  namesOf(processesOf(join(platform.home.cloudFolder, 'clusters'))).filter((name) => !name.includes('/helm '))

describe('the command line', () => {
  it('up --json writes its object to stdout and nothing else there', () => {
    expect(stdout.split('\n')).toHaveLength(2)
    up = JSON.parse(stdout) as UpObject
    expect(up.cluster).toEqual({ name: 'demo', uid: expect.stringMatching(uid) })
    expect(stderr).toContain('Running and Healthy')
  })

  it('doctor finds what is there and compares with the server that runs', async () => {
    const { stdout: text } = await platform.attempt('doctor', '--json')
    const found = JSON.parse(text) as { check: string; level: string; what: string }[]
    // Disk and memory are the test machine's own affair.
    const others = found.filter(({ check }) => check !== 'disk' && check !== 'memory')
    expect(others.filter(({ level }) => level === 'wrong')).toEqual([])
    const what = (check: string): string =>
      others
        .filter((one) => one.check === check)
        .map((one) => one.what)
        .join('; ')
    expect(what('ports')).toMatch(new RegExp(`server listens on ${platform.port}; the registry listens on \\d+`))
    expect(what('certificates')).toMatch(/all 4 are valid/)
    expect(what('clock')).toMatch(/as the server's$/)
    expect(await platform.attempt('doctor')).toMatchObject({ output: expect.stringMatching(/CHECK +RESULT +FOUND/) })
  })

  it('logs shows the log of a part', async () => {
    expect(await platform.atrium('logs')).toMatch(/"level":/)
    expect(await platform.atrium('logs', 'registry', '--all')).toContain('spectro-packs/archive/hello-atrium')
    expect(await refusal('logs', 'nonsense')).toContain("There is no part 'nonsense'")
  })

  it('describe shows a profile and a project', async () => {
    expect(await platform.atrium('describe', 'profile', 'demo-apps')).toMatch(/name: hello-atrium/)
    expect(await platform.atrium('describe', 'project', 'Default')).toContain(up.project.uid)
    expect(await refusal('describe', 'profile', 'nope')).toContain("There is no profile 'nope'")
  })

  it('wait is done at once with what is there, and events tell of the cluster', async () => {
    const waited = await platform.attempt('wait', 'cluster', 'demo', '--for', 'condition=Ready')
    expect([waited.exitCode, waited.stdout]).toEqual([0, 'cluster/demo is there\n'])
    expect(await platform.atrium('wait', 'cluster/demo', '--for', 'status=Running')).toContain('cluster/demo is there')
    expect(await platform.atrium('events', 'cluster', 'demo')).toMatch(/^demo +\d+[sm] +\w+ +\w+ /m)
    expect(await platform.atrium('version')).toMatch(/^program (\S+)\nserver {2}\1\n$/)
  })

  it('export writes documents that change nothing when they are applied, and diff tells what another one would', async () => {
    const folder = dirname(platform.home.folder)
    const file = join(folder, 'fleet.yaml')
    const ofLayer = (word: string) => platform.atrium('policy', 'demo', '--layer', `demo-apps/hello-atrium=${word}`)
    const forAll = 'drift: heal\nnodes: heal\n'
    expect(await ofLayer('alert')).toBe(`${forAll}layer demo-apps/hello-atrium: alert (set for this cluster)\n`)
    const text = await platform.atrium('export', 'all')
    expect(text).toContain('      demo-apps/hello-atrium: alert\n')
    writeFileSync(file, text)
    const applied = (await platform.atrium('apply', '-f', file)).trim().split('\n')
    expect(applied.filter((line) => !line.endsWith(' unchanged'))).toEqual([])
    expect(applied).toContain('cluster/demo unchanged')
    expect((await platform.attempt('diff', '-f', file)).exitCode).toBe(0)
    writeFileSync(file, text.replace('    drift: heal', '    drift: alert'))
    const { exitCode, output } = await platform.attempt('diff', '-f', file)
    expect([exitCode, output]).toEqual([1, 'cluster/demo configured\n  spec.policy.drift: heal → alert\n'])
    expect(await ofLayer('inherit')).toBe(forAll)
  })

  it('plan tells what a change would do, object by object, and makes none of it', async () => {
    const file = join(dirname(platform.home.folder), 'changed.yaml')
    const before = await platform.atrium('export', 'all')
    const objects = () => platform.atrium('kubectl', 'demo', 'get', 'deploy,cm,secret,svc,ns', '-A', '-o', 'name')
    const world = [before, await objects()]
    expect(await platform.attempt('plan', 'cluster', 'demo')).toMatchObject({
      ...{ exitCode: 0, stdout: 'cluster/demo: nothing would change\n' },
    })
    const tried = ['--profile', 'demo-apps@1.1.0', '--pool', 'workers=3']
    const update = await platform.attempt('plan', 'cluster', 'demo', ...tried)
    expect(update.exitCode).toBe(1)
    for (const line of [
      'cluster/demo: 1 layer, 2 objects changed, 1 workload restarted, 1 node',
      '   ~ apps/v1 Deployment hello-atrium/hello-atrium',
      '     -  replicas: 2',
      '     +  replicas: 3',
      '+ node demo-workers-2 is added: pool workers has 2 of 3 machines',
    ])
      expect(update.stdout.split('\n')).toContain(line)
    const changed = before
      .replace('            replicas: 2', '            replicas: 4')
      .replace('drift: heal', 'drift: alert')
    writeFileSync(file, changed)
    const documents = await platform.attempt('plan', '-f', file)
    expect(documents.exitCode).toBe(1)
    expect(documents.stdout).toMatch(/^cluster\/demo: 1 layer, 1 object changed$[\s\S]*^ +\+ +replicas: 4$/m)
    expect(documents.stdout).toContain('policy drift: heal → alert: deviations are reported and stay')
    expect(await platform.attempt('plan', 'cluster', 'demo', '--pool', 'none=1')).toMatchObject({
      ...{ exitCode: 2, output: expect.stringContaining("the cluster has no pool 'none'") },
    })
    expect([await platform.atrium('export', 'all'), await objects()]).toEqual(world)
  })

  it('kubectl runs on a cluster as its administrator, and hands on its exit code', async () => {
    const nodes = await platform.attempt('kubectl', 'demo', 'get', 'nodes', '-o', 'name')
    expect(nodes.stdout.trim().split('\n')).toHaveLength(3)
    expect(await refusal('kubectl', 'demo', 'get', 'pods', 'nope', '-n', 'hello-atrium')).toContain('NotFound')
    expect(await refusal('kubectl', 'nope', 'get', 'nodes')).toContain("There is no cluster 'nope'. There are: demo.")
  })

  it('tenant create makes a tenant that sees nothing of the first', async () => {
    const { stdout: text } = await platform.attempt('tenant', 'create', 'acme', '--json')
    const made = JSON.parse(text) as { tenant: { name: string }; apiKey: string; project: { uid: string } }
    expect(made.tenant.name).toBe('acme')
    const record = readJsonFile<PlatformRecord>(platform.home.readyFile)
    if (record === null) throw new Error('no platform runs')
    const { client, close } = openClient(record, { apiKey: made.apiKey }, made.project.uid)
    try {
      expect((await client.call('POST /v1/dashboard/spectroclusters/search', { body: {} })).items).toEqual([])
    } finally {
      await close()
    }
    expect(await refusal('tenant', 'create', 'acme')).toContain('acme')
    expect(await platform.atrium('registry', 'list', '--system')).toMatch(/^Public Repo +pack +system/m)
    expect(await refusal('registry', 'delete', 'Public Repo', '--system')).toContain("the installation's own")
  })

  it(
    'update cluster previews and makes a change of profile',
    async () => {
      expect(await refusal('update', 'cluster', 'demo', '--profile', 'demo-apps@9.9.9')).toContain('demo-apps@1.1.0')
      const change = ['update', 'cluster', 'demo', '--profile', 'demo-apps@1.1.0']
      const version = async (): Promise<string | undefined> =>
        /^hello-atrium +(\S+ +\w+)/m.exec(await platform.atrium('describe', 'cluster', 'demo'))?.[1]
      expect(await platform.atrium(...change, '--dry-run')).toMatch(/hello-atrium +changed +version 1\.0\.0 → 1\.1\.0/)
      expect(await version()).toMatch(/^1\.0\.0 +Ready/)
      expect(await platform.atrium(...change)).toContain("Updating 'demo'.")
      await eventually('the new version is ready', async () => {
        const seen = await version()
        return { done: seen !== undefined && /^1\.1\.0 +Ready/.test(seen), seen }
      })
    },
    LIMIT_MS,
  )

  it('Ctrl-C after everything is ready stops the server only: database, registry, cloud and clusters live on', async () => {
    const before = { parts: await pidsOf('postgres', 'registry', 'cloud'), clusters: clusterProcesses() }
    expect(before.clusters.join('\n')).toContain('kube-apiserver')
    attended.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(stderr).toContain('Server stopped.')
    expect(await pidsOf('server')).toEqual([undefined])
    expect((await platform.attempt('status')).exitCode).toBe(3)
    expect({ parts: await pidsOf('postgres', 'registry', 'cloud'), clusters: clusterProcesses() }).toEqual(before)
  })
})
