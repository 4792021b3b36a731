import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openRemote } from '@atrium/cli/platform/connect.ts'
import type { Client } from '@atrium/client/client.ts'
import { bareKubeconfig, createBareCluster, deleteBareCluster } from '@atrium/provider-local/bare.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevPlane, startDevPlane } from '../src/plane.ts'

const run = promisify(execFile)
const LIMIT_MS = 60_000
const isWhole = process.env.ATRIUM_TEST_ALL === '1'

let plane: DevPlane
let opened: ReturnType<typeof openRemote>
let client: Client
let kubectl: (...args: string[]) => Promise<string>
let addOn = ''
beforeAll(async () => {
  plane = await startDevPlane()
  const { cloud } = plane
  const tools = await ensureTools(['kubectl'])
  await createBareCluster(
    { client: cloud, clock: systemClock, random: systemRandom },
    { name: 'theirs', workers: 1, kubernetesVersion: null },
  )
  const file = join(plane.home, 'theirs.kubeconfig')
  writeFileSync(file, await bareKubeconfig(cloud, 'theirs'), { mode: 0o600 })
  kubectl = async (...args) => (await run(tools.kubectl, ['--kubeconfig', file, ...args])).stdout.trim()
  const { apiKey, project } = await createTenant(plane.installation, { name: 'first' }, operatorActor)
  const ca = plane.installation.pki.trust
  opened = openRemote({ url: plane.server.url, ca }, { apiKey: apiKey.reveal() }, project.uid)
  client = opened.client
  addOn = await makeAddOn()
}, 180_000)
afterAll(async () => {
  await opened?.close()
  await plane?.close()
})

const settings = (greeting: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: greeting, namespace: default }\ndata: { greeting: ${greeting} }`

async function makeAddOn(): Promise<string> {
  const layer = {
    name: 'greeting',
    type: 'manifest',
    layer: 'addon',
    tag: '1.0.0',
    uid: 'spectro-manifest-pack',
  } as const
  const packs = [{ ...layer, values: '', manifests: [{ name: 'all', content: settings('hello') }] }]
  const template = { cloudType: 'all', type: 'add-on', packs } as const
  const body = { metadata: { name: 'greeting' }, spec: { version: '1.0.0', template } }
  const { uid } = await client.call('POST /v1/clusterprofiles', { body: body as never })
  await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
  return uid
}

const importCluster = async (name: string, importMode?: 'read-only'): Promise<string> => {
  const clusterConfig = importMode ? { importMode } : {}
  const body = { metadata: { name }, spec: { clusterConfig } }
  return (await client.call('POST /v1/spectroclusters/generic/import', { body })).uid ?? ''
}
const read = (uid: string) => client.call('GET /v1/spectroclusters/{uid}', { params: { uid } })
const linkOf = async (uid: string): Promise<string> =>
  ((await read(uid)).status?.clusterImport?.importLink ?? '').replace('kubectl apply -f ', '')

/** As its owner does it: curl trusts the plane's authority, and kubectl needs not to. */
async function applyLink(link: string): Promise<string> {
  const file = join(plane.home, 'manifest.yaml')
  await run('curl', ['--silent', '--show-error', '--fail', '--cacert', plane.server.caFile, '--output', file, link])
  return kubectl('apply', '-f', file)
}

/** Applies it again for as long as kubectl says that the former agent's namespace is still going, or went meanwhile. */
async function applyOnceFree(link: string): Promise<void> {
  let answer = ''
  await eventually('kubectl takes the manifest', async () => {
    answer = await applyLink(link).catch(String)
    return !/being terminated|namespaces "atrium-system" not found/.test(answer)
  })
  expect(answer).toMatch(/^namespace\/atrium-system/)
}

async function eventually(what: string, reached: () => Promise<boolean>): Promise<void> {
  await expect.poll(reached, { timeout: LIMIT_MS, interval: 200, message: what }).toBe(true)
}
const shown = async (uid: string): Promise<string> => {
  const { status } = await client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params: { uid } })
  return `${status?.state}-${status?.health?.state}`
}
const eventuallyShown = (uid: string, state: string) =>
  expect.poll(() => shown(uid), { timeout: LIMIT_MS, interval: 200 }).toBe(state)
const isGone = async (uid: string): Promise<boolean> =>
  read(uid).then(
    () => false,
    (error: unknown) => String(error).includes('not found'),
  )
const remove = (uid: string) => client.call('DELETE /v1/spectroclusters/{uid}', { params: { uid } })
const attach = (uid: string) =>
  client.call('PATCH /v1/spectroclusters/{uid}/profiles', { params: { uid }, body: { profiles: [{ uid: addOn }] } })
const ofAtrium = (): Promise<string> =>
  kubectl(
    ...['get', 'namespaces,clusterroles,clusterrolebindings', '-o', 'name'],
    ...['-l', 'app.kubernetes.io/name=atrium-agent'],
  )
const greeting = (): Promise<string> => kubectl('get', 'configmap', 'greeting', '-o', 'jsonpath={.data.greeting}')
const leaves = async (uid: string): Promise<void> => {
  await remove(uid)
  await eventually('the cluster is forgotten', () => isGone(uid))
  await eventually('nothing of the agent is left', async () => (await ofAtrium()) === '')
}

describe('a cluster that somebody else made', () => {
  it('is imported by its link, takes add-ons and namespaces, and repairs them', async () => {
    await kubectl('create', 'configmap', 'own', '--from-literal=kept=yes')
    const uid = await importCluster('shop')
    await eventually('it waits for its manifest', async () => (await read(uid)).status?.state === 'Importing')
    const link = await linkOf(uid)
    await expect(run('curl', ['--fail', '--cacert', plane.server.caFile, link.replace(/.$/, '_')])).rejects.toThrow(
      /404/,
    )
    await applyLink(link)
    await eventuallyShown(uid, 'Running-Healthy')
    expect(await linkOf(uid)).toBe('')
    await attach(uid)
    await client.call('PUT /v1/spectroclusters/{uid}/config/namespaces', {
      params: { uid },
      body: { namespaces: [{ metadata: { name: 'team' }, spec: {} }] },
    })
    await eventually('the add-on is there', async () => (await greeting().catch(() => '')) === 'hello')
    await eventually('the namespace is there', async () => (await kubectl('get', 'ns', '-o', 'name')).includes('/team'))
    await eventuallyShown(uid, 'Running-Healthy')
    await kubectl('patch', 'configmap', 'greeting', '-p', '{"data":{"greeting":"changed"}}')
    await eventually('it is put back', async () => (await greeting()) === 'hello')
    const { cloudConfigRef } = (await read(uid)).spec ?? {}
    const { items } = await client.call(
      'GET /v1/cloudconfigs/generic/{configUid}/machinePools/{machinePoolName}/machines',
      {
        params: { configUid: cloudConfigRef?.uid ?? '', machinePoolName: 'any' },
      },
    )
    expect(items?.map(({ metadata }) => metadata?.name).toSorted()).toEqual(['theirs-cp-0', 'theirs-worker-0'])
    await remove(uid)
    await eventually('the cluster is forgotten', () => isGone(uid))
    expect(await greeting()).toBe('hello')
    expect(await kubectl('get', 'configmap', 'own', '-o', 'jsonpath={.data.kept}')).toBe('yes')
  }, 180_000)

  // In the former mode: another one brings objects that the former agent did not have, which kubectl is refused anyway.
  it('is imported again at once: what kubectl takes does not go with the former agent', async () => {
    const uid = await importCluster('shop-again')
    await applyOnceFree(await linkOf(uid))
    await eventuallyShown(uid, 'Running-Healthy')
    await leaves(uid)
  }, 180_000)

  it.runIf(isWhole)(
    'is only watched when imported read-only, until it is given full permissions',
    async () => {
      const uid = await importCluster('watched', 'read-only')
      await applyLink(await linkOf(uid))
      await eventuallyShown(uid, 'Running-Healthy')
      const agentMay = (...words: string[]): Promise<string> =>
        kubectl('auth', 'can-i', ...words, '-A', '--as', 'system:serviceaccount:atrium-system:atrium-agent').catch(
          () => 'no',
        )
      expect(await agentMay('list', 'pods')).toBe('yes')
      for (const words of [
        ['list', 'secrets'],
        ['create', 'configmaps'],
        ['delete', 'pods'],
      ])
        expect(await agentMay(...words), words.join(' ')).toBe('no')
      await expect(attach(uid)).rejects.toThrow(/imported read-only/)
      await client.call('PATCH /v1/spectroclusters/{uid}/import/upgrade', { params: { uid } })
      await applyLink(await linkOf(uid))
      await kubectl('delete', 'configmap', 'greeting')
      await attach(uid)
      await eventually('the add-on is there', async () => (await greeting().catch(() => '')) === 'hello')
      await leaves(uid)
    },
    180_000,
  )

  it('is forgotten at once when its agent never came, and removes a watching one', async () => {
    const uid = await importCluster('never')
    const link = await linkOf(uid)
    await remove(uid)
    await eventually('it is forgotten', () => isGone(uid))
    await expect(applyLink(link)).rejects.toThrow(/404/)
    const watched = await importCluster('watched-again', 'read-only')
    await applyLink(await linkOf(watched))
    await eventuallyShown(watched, 'Running-Healthy')
    await leaves(watched)
    await deleteBareCluster(plane.cloud, 'theirs', systemClock)
    expect(await plane.cloud.clusters()).toEqual([])
  }, 180_000)
})
