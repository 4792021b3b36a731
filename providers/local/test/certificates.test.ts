import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createLocalProvider } from '../src/provider/provider.ts'
import { eventually, startTestCloud, type TestCloud, type TestCluster, VERSION } from './support/cloud.ts'

const request = '2026-01-01T00:00:00.000Z'

describe('certificates of a control plane', () => {
  let cloud: TestCloud
  let cluster: TestCluster
  beforeAll(async () => {
    cloud = await startTestCloud()
    cluster = await cloud.cluster('shop', 1)
  })
  afterAll(() => cloud.close())

  /** Serial number of the certificate that the API server shows. */
  const shown = async (): Promise<string> => {
    const { host, port } = (await cluster.view()).endpoint
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber ?? '')
        socket.destroy()
      })
      socket.on('error', reject)
    })
  }
  const admin = async (): Promise<string> => {
    const [user] = parse((await cloud.client.kubeconfig(cluster.uid)) ?? '').users
    return new X509Certificate(Buffer.from(user.user['client-certificate-data'], 'base64')).serialNumber
  }
  const facts = async () => ({ shown: await shown(), admin: await admin() })
  const pids = async () => (await cluster.view()).processes.map(({ name, pid }) => `${name} ${pid}`)
  const renewedFor = async () => (await cluster.view()).certificates?.renewedFor
  const folder = () => join(cloud.home, 'cloud', 'clusters', cluster.uid, 'pki')

  it('are told with their ends, that of the authority first', async () => {
    const { certificates } = await cluster.view()
    expect(certificates?.renewedFor).toBe('')
    expect(certificates?.list.map(({ name }) => name).slice(0, 2)).toEqual(['ca', 'apiserver'])
    for (const { expiresAt } of certificates?.list ?? []) expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
  })

  it('are all new after a renewal, and nodes and what was declared stay as they were', async () => {
    const before = await facts()
    const [node] = (await cluster.kube.list({ apiVersion: 'v1', kind: 'Node' })).items
    const provider = createLocalProvider({ cloud: cloud.client })
    const identity = { tenant: 'tenant', uid: cluster.uid, name: 'shop' }
    const account = { uid: '', credentials: {}, settings: {} }
    const desired = {
      ...{ identity, kubernetesVersion: VERSION, cloudConfig: {}, pools: [], certificatesSince: request, replace: [] },
      policy: { drift: 'heal', nodes: 'heal' } as const,
    }
    const [operation] = provider
      .plan(desired, await provider.observe(identity, account))
      .filter(({ type }) => type === 'renew-certificates')
    expect(operation).toMatchObject({ disturbs: expect.stringContaining('a few seconds') })
    const journal = { begin: async () => ({ result: null }), complete: async () => undefined }
    await eventually('they are renewed', async () => {
      if (!operation) throw new Error('nothing is planned')
      return (await provider.apply(operation, identity, account, journal)).outcome === 'done'
    })
    const after = await facts()
    expect(Object.keys(before).filter((name) => Reflect.get(before, name) === Reflect.get(after, name))).toEqual([])
    // The former administrator's certificate is of the same authority, and good until its end.
    expect((await cluster.kube.list({ apiVersion: 'v1', kind: 'Node' })).items[0]?.metadata.uid).toBe(
      node?.metadata.uid,
    )
    const observed = await provider.observe(identity, account)
    expect(observed.certificates?.renewedFor).toBe(request)
    expect(provider.plan(desired, observed).filter(({ type }) => type === 'renew-certificates')).toEqual([])
    expect(observed.machines.map(({ state }) => state)).toEqual(['Running'])
  })

  it('leave no former keys behind', () => {
    expect(existsSync(join(folder(), 'admin.key'))).toBe(false)
    expect(readdirSync(folder(), { withFileTypes: true }).filter((entry) => entry.isDirectory())).toHaveLength(1)
  })

  it('are renewed once for one request, also over a restart of the cloud', async () => {
    const before = [await facts(), await pids()]
    await cloud.client.renewCertificates(cluster.uid, request)
    await cloud.client.renewCertificates(cluster.uid, '2025-01-01T00:00:00.000Z')
    await cloud.client.shutdown({ processes: false })
    await cloud.restart()
    await eventually('the cluster is ready', async () => (await renewedFor()) === request)
    expect([await facts(), await pids()]).toEqual(before)
  })

  it('serve again after the next renewal', async () => {
    const before = await facts()
    await cloud.client.renewCertificates(cluster.uid, '2026-02-01T00:00:00.000Z')
    await eventually('they are renewed', async () => (await renewedFor()) === '2026-02-01T00:00:00.000Z')
    expect((await facts()).shown).not.toBe(before.shown)
    expect((await cluster.view()).phase).toBe('ready')
  })
})
