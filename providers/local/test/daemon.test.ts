import { appendFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { LOG_LIMIT_BYTES } from '@atrium/toolchain/log-file.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cloudConsole, removeCluster } from '../src/console.ts'
import { cloudClientOf, type EnsureCloudOptions, ensureCloud } from '../src/ensure-cloud.ts'
import { createLocalProvider } from '../src/provider/provider.ts'
import { eventually } from './support/cloud.ts'

/** No cluster starts here: the binaries are never run. */
const tools = {
  ...{ etcd: '/bin/false', kwok: '/bin/false', 'kube-apiserver': '/bin/false' },
  ...{ 'kube-controller-manager': '/bin/false', 'kube-scheduler': '/bin/false' },
}

describe('the cloud daemon', () => {
  let folder: string
  let options: EnsureCloudOptions

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'atrium-daemon-')))
    options = { home: folder, tools, images: [] }
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    const { client, process: daemon } = await ensureCloud(options)
    await client.shutdown({ processes: true })
    await eventually('it ends', async () => !existsSync(`/proc/${daemon.pid}`))
    rmSync(folder, { recursive: true, force: true })
  })

  it('is one for each home, however many start it at once', async () => {
    const started = await Promise.all([ensureCloud(options), ensureCloud(options), ensureCloud(options)])
    expect(new Set(started.map((one) => one.process.pid)).size).toBe(1)
    expect((await cloudClientOf(folder).about()).pid).toBe(started[0]?.process.pid)
  })

  it('serves on a socket that nobody else reaches, also where the path of the home is too long for one', async () => {
    const home = join(folder, 'x'.repeat(100))
    mkdirSync(home)
    options = { ...options, home }
    const { client, socket, process: daemon } = await ensureCloud(options)
    expect(Buffer.byteLength(socket)).toBeLessThan(108)
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700)
    expect(await client.clusters()).toEqual([])
    // Another session of the same user finds it as well.
    vi.stubEnv('TMPDIR', folder)
    expect(await cloudClientOf(home).clusters()).toEqual([])
    expect((await ensureCloud(options)).process.pid).toBe(daemon.pid)
  })

  it('is another one after it was asked to end, however soon', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { client, process: former } = await ensureCloud(options)
      await client.shutdown({ processes: true })
      const next = await ensureCloud(options)
      expect(next.process.pid).not.toBe(former.pid)
      expect((await next.client.about()).pid).toBe(next.process.pid)
    }
  })

  it('is replaced when it is to run with other images', async () => {
    const first = await ensureCloud(options)
    options = { ...options, images: [{ repository: 'other', entrypoint: ['/bin/false'], env: {} }] }
    const second = await ensureCloud(options)
    expect(second.process.pid).not.toBe(first.process.pid)
    expect(existsSync(`/proc/${first.process.pid}`)).toBe(false)
  })

  it('refuses what would lead out of its folder or is not Kubernetes, and says which field', async () => {
    const { client } = await ensureCloud(options)
    const request = { tenant: 't', name: 'shop', kubernetesVersion: '1.34.4' }
    await expect(client.putCluster('..%2Fx', request)).rejects.toThrow(/uid/)
    await expect(client.putCluster('u1', { ...request, name: '../x' })).rejects.toThrow(/name/)
    await expect(client.putCluster('u1', { ...request, kubernetesVersion: '9.9.9' })).rejects.toThrow(
      /available: 1\.34\.4/,
    )
    expect(await client.clusters()).toEqual([])
  })

  it('keeps the cluster of a tenant from others, and tells why one does not start', async () => {
    const { client } = await ensureCloud(options)
    await client.putCluster('u1', { tenant: 'one', name: 'shop', kubernetesVersion: '1.34.4' })
    const provider = createLocalProvider({ cloud: client })
    const account = { uid: 'a', credentials: {}, settings: {} }
    const other = provider.observe({ tenant: 'two', uid: 'u1', name: 'shop' }, account)
    await expect(other).rejects.toThrow(ProviderError)
    await eventually('it says why', async () => /API server|ended/.test((await client.cluster('u1'))?.message ?? ''))
    expect((await client.cluster('u1'))?.phase).toBe('starting')
  })

  it('offers a console that names what there is', async () => {
    const { client } = await ensureCloud(options)
    await expect(cloudConsole(client, { action: 'list', cluster: 'shop' })).rejects.toThrow(/it has none/)
    for (const uid of ['u1', 'u2'])
      await client.putCluster(uid, { tenant: 'one', name: 'shop', kubernetesVersion: '1.34.4' })
    await expect(cloudConsole(client, { action: 'list', cluster: 'shop' })).rejects.toThrow(/u1, u2/)
    await expect(cloudConsole(client, { action: 'stop', cluster: 'u1', machine: 'x' })).rejects.toThrow(/no machine x/)
    const shape = { pool: 'w', ordinal: 0, isControlPlane: false, kubernetesVersion: '1.34.4', labels: {}, taints: [] }
    await client.putMachine('u1', 'shop-w-0', shape)
    const [machine] = await cloudConsole(client, { action: 'stop', cluster: 'u1', machine: 'shop-w-0' })
    expect(machine).toMatchObject({ name: 'shop-w-0', phase: 'stopped' })
    await expect(removeCluster(client, 'shop', systemClock)).rejects.toThrow(/u1, u2/)
    await removeCluster(client, 'u2', systemClock)
    expect((await client.clusters()).map(({ uid }) => uid)).toEqual(['u1'])
  })

  it('keeps the logs of what runs within their limit', async () => {
    await ensureCloud(options)
    const logs = join(folder, 'cloud', 'clusters', 'u1', 'logs')
    mkdirSync(logs, { recursive: true })
    const files = [join(folder, 'cloud', 'daemon.log'), join(logs, 'etcd.log')]
    for (const file of files) appendFileSync(file, Buffer.alloc(LOG_LIMIT_BYTES + 1, 'x'))
    await eventually('they begin anew', async () => files.every((file) => statSync(file).size < LOG_LIMIT_BYTES))
    for (const file of files) expect(statSync(`${file}.1`).size).toBeGreaterThan(LOG_LIMIT_BYTES)
  })

  it('refuses a path that is none, and lives on', async () => {
    const { client, socket, process: daemon } = await ensureCloud(options)
    for (const path of ['/v1/clusters/%FF', '//']) expect(await statusOf(socket, path)).toBe(400)
    expect((await client.about()).pid).toBe(daemon.pid)
  })

  it('says how to reach it when it does not run', async () => {
    mkdirSync(join(folder, 'cloud'), { recursive: true })
    await expect(cloudClientOf(folder).clusters()).rejects.toMatchObject({
      fault: { reaction: 'retry', reason: 'CloudUnreachable', nextStep: expect.stringContaining('atrium up') },
    })
  })
})

const statusOf = (socketPath: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    call.on('error', reject)
    call.end()
  })
