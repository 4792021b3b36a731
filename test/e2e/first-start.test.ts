import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runChild } from '@atrium/cli/testing/child.ts'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf, isServing, overview } from './harness/clusters.ts'
import { type OrdinaryPlatform, openOrdinaryPlatform, whyNotOrdinary } from './harness/ordinary-user.ts'
import { openPlatform, type TestPlatform, type UpObject, upObject } from './harness/platform.ts'
import { namesOf, processesOf } from './harness/world.ts'

const LIMIT_MS = 150_000
const uid = /^[0-9a-f]{24}$/

describe('the first start', () => {
  let platform: TestPlatform
  let first: UpObject
  beforeAll(async () => {
    platform = await openPlatform()
  })
  afterAll(() => platform.close())

  it(
    'of two at once leads to one platform with a healthy demo, and both tell the same',
    async () => {
      const [one, other] = await Promise.all([platform.up(), platform.up()])
      first = one
      expect(other).toEqual(one)
      expect(one).toEqual({
        url: `https://localhost:${platform.port}`,
        caFile: join(platform.home.pkiDir, 'ca.crt'),
        home: platform.home.folder,
        pid: expect.any(Number),
        tenant: 'default',
        adminEmail: expect.stringContaining('@'),
        adminPassword: expect.stringMatching(/^.{12,}$/),
        apiKey: expect.stringMatching(/^.{32,}$/),
        project: { name: 'Default', uid: expect.stringMatching(uid) },
        cluster: { name: 'demo', uid: expect.stringMatching(uid) },
      })
      const summary = await overview(platform.client(), one.cluster?.uid ?? '')
      expect(digestOf(summary)).toMatchObject({ state: 'Running', health: 'Healthy' })
      expect(summary.status?.packs?.map(({ condition }) => condition?.type)).toEqual(Array(6).fill('Ready'))
      expect((await platform.cloud().clusters()).map(({ name }) => name)).toEqual(['demo'])
    },
    LIMIT_MS,
  )

  it('lies in a folder of its own user alone, as do its credentials', () => {
    expect(statSync(dirname(platform.home.folder)).mode & 0o777).toBe(0o700)
    expect(statSync(platform.home.folder).mode & 0o777).toBe(0o700)
    expect(statSync(platform.home.credentialsFile).mode & 0o777).toBe(0o600)
    const { url: _url, caFile: _caFile, home: _home, pid: _pid, cluster: _cluster, ...credentials } = first
    expect(JSON.parse(readFileSync(platform.home.credentialsFile, 'utf8'))).toEqual(credentials)
  })

  it('is followed by starts that change nothing and tell the same', async () => {
    // Connections of PostgreSQL are processes too, which come, go and say what they do.
    const lasting = (): string[] =>
      namesOf(processesOf(platform.home.folder)).filter((name) => !name.includes(' [local] '))
    const before = lasting()
    expect(await platform.up()).toEqual(first)
    expect(lasting()).toEqual(before)
  })

  it('can be looked at from the command line', async () => {
    const status = JSON.parse(await platform.atrium('status', '--json'))
    expect(status).toMatchObject({ home: platform.home.folder, url: first.url })
    expect(status.parts.map((part: { name: string; running: boolean }) => [part.name, part.running])).toEqual([
      ['server', true],
      ['postgres', true],
      ['registry', true],
      ['cloud', true],
    ])
    expect(status.clusters).toEqual([{ ...first.cluster, state: 'Running', health: 'Healthy' }])
    expect(await platform.atrium('get', 'clusters')).toMatch(/demo\s+Running\s+Healthy/)
    expect(await platform.atrium('get', 'projects')).toContain(first.project.uid)
    const text = await platform.atrium('describe', 'cluster', 'demo')
    expect(text).toMatch(/State:\s+Running, Healthy/)
    for (const layer of ['local-os', 'kubernetes', 'local-cni', 'local-csi', 'hello-atrium', 'key-value-store'])
      expect(text).toMatch(new RegExp(`${layer} +\\S+ +Ready`))
    expect(text).toContain('No open deviations.')
    for (const wrong of [
      ['describe', 'cluster', 'nope'],
      ['get', 'nonsense'],
      ['kubeconfig', 'nope'],
    ]) {
      const { exitCode, output } = await platform.attempt(...wrong)
      expect([exitCode, output]).toEqual([1, expect.stringContaining('atrium: ')])
      expect(output).not.toMatch(/^ +at /m)
    }
  })

  it('gives kubectl a way to the layers', async () => {
    const file = join(dirname(platform.home.folder), 'demo.kubeconfig')
    writeFileSync(file, await platform.atrium('kubeconfig', 'demo'), { mode: 0o600 })
    const { exitCode, output } = await runChild({
      command: toolPath('kubectl'),
      args: ['--kubeconfig', file, 'get', 'deployments,statefulsets,daemonsets', '-A', '-o', 'name'],
      cwd: '/',
      env: { HOME: dirname(file), PATH: process.env.PATH },
      limitMs: 30_000,
      clock: systemClock,
      output: 'collect',
    })
    expect(exitCode, output).toBe(0)
    expect(output.trim().split('\n').sort()).toEqual([
      'daemonset.apps/local-cni',
      'deployment.apps/atrium-agent',
      'deployment.apps/hello-atrium',
      'statefulset.apps/key-value-store',
    ])
  })

  it(
    'is undone by down, which keeps the data: the next start finds the same cluster',
    async () => {
      await platform.atrium('down')
      expect(namesOf(processesOf(platform.home.folder))).toEqual([])
      expect((await platform.attempt('status')).exitCode).toBe(3)
      const again = await platform.up()
      expect({ ...again, pid: 0 }).toEqual({ ...first, pid: 0 })
      expect(isServing(await overview(platform.client(), first.cluster?.uid ?? ''))).toBe(true)
    },
    LIMIT_MS,
  )

  it(
    'never brings back a demo that was deleted',
    async () => {
      expect(await platform.atrium('delete', 'cluster', 'demo')).toContain("Cluster 'demo' is gone.")
      expect((await platform.up()).cluster).toBeNull()
      expect(await platform.cloud().clusters()).toEqual([])
    },
    LIMIT_MS,
  )

  it(
    'is undone without a trace by down --purge',
    async () => {
      await platform.atrium('down', '--purge')
      expect(namesOf(processesOf(platform.home.folder))).toEqual([])
      expect(existsSync(platform.home.folder)).toBe(false)
    },
    LIMIT_MS,
  )
})

describe.skipIf(whyNotOrdinary !== null)(`an ordinary user${whyNotOrdinary ? ` (${whyNotOrdinary})` : ''}`, () => {
  let ordinary: OrdinaryPlatform
  beforeAll(() => {
    ordinary = openOrdinaryPlatform()
  })
  afterAll(() => ordinary.close())

  it(
    'starts the platform and the demo, and ends both',
    async () => {
      const object = upObject(await ordinary.atrium('up', '--detach', '--json', '--port', String(await freePort())))
      expect(object.cluster?.name).toBe('demo')
      expect(await ordinary.atrium('status')).toMatch(/demo\s+Running\s+Healthy/)
      const users = new Set(processesOf(object.home).map(({ pid }) => statSync(`/proc/${pid}`).uid))
      expect([...users]).toEqual([ordinary.userId])
      await ordinary.atrium('down', '--purge')
      expect(namesOf(processesOf(object.home))).toEqual([])
      expect(existsSync(object.home)).toBe(false)
    },
    LIMIT_MS,
  )
})
