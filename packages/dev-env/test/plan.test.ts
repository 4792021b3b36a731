import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { AtriumClusterPlanRequest, AtriumClusterPreview } from '@atrium/api/generated/operations.d.ts'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import { describeRef, refOf } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant, type TenantCredentials } from '@atrium/server/auth/tenants/create-tenant.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DevPlane, startDevPlane } from '../src/plane.ts'

const web = `apiVersion: v1
kind: ConfigMap
metadata: { name: greeting, namespace: default }
data: { greeting: "{{.spectro.var.greeting}}" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: fixed, namespace: default }
---
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: default }
stringData: { password: "{{.spectro.var.password}}" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:{{.spectro.var.tag}}" }] }
`
const cache = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cache, namespace: default }\n'
const machines = (kind: string, name: string, replicas: number): string => `apiVersion: cluster.x-k8s.io/v1beta1
kind: ${kind}
metadata: { name: ${name} }
spec: { replicas: ${replicas}${kind === 'KubeadmControlPlane' ? ', version: v1.34.4' : ''} }
`

let plane: DevPlane
let tenant: TenantCredentials
let uid: string
let apps: string
let kube: KubeClient
beforeAll(async () => {
  plane = await startDevPlane()
  tenant = await createTenant(plane.installation, { name: 'first' }, operatorActor)
  const account = await made('POST /v1/cloudaccounts/cloudTypes/local', {
    metadata: { name: 'mine', annotations: { overlordUid: '' } },
    spec: { credentials: { TOKEN: 'hush' } },
  })
  const infra = await newProfile('infra', [layer('kubernetes', 'k8s', cache.replace('cache', 'infra'))], [], 'infra')
  apps = await newProfile(
    'apps',
    [layer('web', 'addon', web)],
    [
      { name: 'greeting', defaultValue: 'hello' },
      { name: 'tag', defaultValue: '1' },
      { name: 'password', isSensitive: true, defaultValue: 'first-password' },
    ],
  )
  const machinepoolconfig = [
    { cloudConfig: { values: machines('KubeadmControlPlane', 'cp', 1) }, poolConfig: { isControlPlane: true } },
    { cloudConfig: { values: machines('MachineDeployment', 'worker', 1) }, poolConfig: {} },
  ]
  const spec = { cloudAccountUid: account, cloudConfig: { values: '' }, machinepoolconfig }
  const profiles = [{ uid: infra }, { uid: apps }]
  uid = await made('POST /v1/spectroclusters/cloudTypes/local', {
    metadata: { name: 'demo' },
    spec: { ...spec, profiles },
  })
  await eventually('it runs', async () => {
    const cluster = await read()
    return cluster !== null && `${clusterStateOf(cluster)}-${clusterHealthOf(cluster).state}` === 'Running-Healthy'
  })
  const kubeconfig = await inTenant((tx) => tx.getSecret({ kind: 'Cluster', uid }, 'kubeconfig'))
  const config = await parseKubeconfig(kubeconfig?.reveal() ?? '', { baseDir: null, clock: systemClock })
  kube = new KubeClient({ config, clock: systemClock })
}, 120_000)
afterAll(async () => {
  await kube?.close()
  await plane?.close()
})

const inTenant: <T>(work: Parameters<typeof plane.installation.store.transaction<T>>[2]) => Promise<T> = (work) =>
  plane.installation.store.transaction(tenant.tenant.uid, operatorActor, work)
const read = () => inTenant((tx) => tx.get('Cluster', uid))

async function eventually(what: string, reached: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 90_000
  while (!(await reached())) {
    if (systemClock.now() > deadline) throw new Error(`never: ${what}\n${JSON.stringify(await read(), null, 1)}`)
    await systemClock.sleep(100)
  }
}

const layer = (name: string, kind: string, content: string) => ({
  ...{ name, type: 'manifest', layer: kind, tag: '1.34.4', uid: 'spectro-manifest-pack', values: '' },
  manifests: [{ name: 'all', content }],
})

function call(route: string, body: object): Promise<{ status: number; text: string }> {
  const [method, path = ''] = route.split(' ')
  const headers = { ApiKey: tenant.apiKey.reveal(), ProjectUid: tenant.project.uid }
  return new Promise((resolve, reject) => {
    const ca = readFileSync(plane.server.caFile)
    const sent = request(
      new URL(path, plane.server.url),
      { method, ca, headers: { 'content-type': 'application/json', ...headers } },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

async function made(route: string, body: object): Promise<string> {
  const answer = await call(route, body)
  expect(answer.status, answer.text).toBe(201)
  return (JSON.parse(answer.text) as { uid: string }).uid
}

async function newProfile(name: string, packs: object[], variables: object[], type = 'add-on'): Promise<string> {
  const spec = { version: '1.0.0', template: { cloudType: 'all', type, packs }, variables }
  const profile = await made('POST /v1/clusterprofiles', { metadata: { name }, spec })
  expect((await call(`PATCH /v1/clusterprofiles/${profile}/publish`, {})).status).toBe(204)
  return profile
}

/** What is declared, stored in the plane and there in the cluster, as far as the change of it matters. */
async function world(): Promise<object> {
  const cluster = await read()
  const machines = (await inTenant((tx) => tx.list('Machine', { where: { clusterUid: uid } }))).items
  const revisions = await inTenant((tx) => tx.revisions('Cluster', uid, { limit: 50 }))
  const objects: Record<string, unknown> = {}
  // Nodes are written by their heartbeats.
  for (const kind of ['ConfigMap', 'Secret', 'Namespace', 'Node'])
    for (const item of (await kube.list({ apiVersion: 'v1', kind, metadataOnly: true })).items)
      objects[describeRef(refOf(item))] = kind === 'Node' ? item.metadata.uid : item.metadata.resourceVersion
  for (const item of (await kube.list({ apiVersion: 'apps/v1', kind: 'Deployment' })).items)
    objects[describeRef(refOf(item))] = item.metadata.generation
  return {
    spec: cluster?.spec,
    desired: cluster?.status.desired,
    machines: machines.map(({ meta }) => meta.name),
    revisions,
    objects,
  }
}

/** Asks for a preview, and proves that it changed nothing. */
async function previewOf(body: AtriumClusterPlanRequest): Promise<AtriumClusterPreview & { text: string }> {
  const before = await world()
  const { status, text } = await call(`POST /atrium/v1/clusters/${uid}/plan`, body)
  expect(status, text).toBe(200)
  expect(await world()).toEqual(before)
  return { ...(JSON.parse(text) as AtriumClusterPreview), text }
}
const outline = ({ layers }: AtriumClusterPreview): string[] =>
  layers.flatMap(({ id, step, objects }) =>
    step === '' ? [] : [`${step} ${id}`, ...objects.map(({ change, object }) => `${change} ${object}`)],
  )
const set = (values: Record<string, string>): AtriumClusterPlanRequest => ({
  variables: [{ profileUid: apps, variables: Object.entries(values).map(([name, value]) => ({ name, value })) }],
})

it('shows the difference of exactly the objects that change, and the workload that restarts', async () => {
  const preview = await previewOf(set({ greeting: 'welcome', tag: '2' }))
  expect(preview).toMatchObject({ changes: true, approximate: null, problems: [], nodes: [] })
  expect(outline(preview)).toEqual([
    ...['update apps/web', 'changed v1 ConfigMap default/greeting', 'changed apps/v1 Deployment default/web'],
  ])
  const [greeting, deployment] = preview.layers[0]?.objects ?? []
  expect(greeting?.lines.filter((line) => /^[-+]/.test(line))).toEqual(['-  greeting: hello', '+  greeting: welcome'])
  expect(deployment?.restarts).toBe('pods are replaced step by step (strategy RollingUpdate)')
  expect(await previewOf({})).toMatchObject({ changes: false, approximate: null })
})

it('shows no secret: neither the stored one nor the one that is tried', async () => {
  const { text, ...preview } = await previewOf(set({ password: 'second-password' }))
  expect(outline(preview)).toEqual(['update apps/web', 'changed v1 Secret default/login'])
  for (const secret of ['first-password', 'second-password'])
    for (const form of [secret, Buffer.from(secret).toString('base64')]) expect(text).not.toContain(form)
})

it('installs what a profile would bring, removes what it would no longer have, and tries machines', async () => {
  const packs = [layer('cache', 'addon', cache), layer('more', 'addon', cache.replace('cache', 'more'))]
  const draft = { uid: apps, profile: { spec: { template: { packs } } } } as NonNullable<
    AtriumClusterPlanRequest['drafts']
  >[number]
  const preview = await previewOf({ drafts: [draft], pools: [{ name: 'worker', size: 2 }] })
  expect(outline(preview)).toEqual([
    ...['install apps/cache', 'created v1 ConfigMap default/cache'],
    ...['install apps/more', 'created v1 ConfigMap default/more'],
    ...['remove apps/web', 'removed apps/v1 Deployment default/web', 'removed v1 ConfigMap default/fixed'],
    ...['removed v1 ConfigMap default/greeting', 'removed v1 Secret default/login'],
  ])
  expect(preview.nodes).toEqual([expect.objectContaining({ change: 'added', name: 'demo-worker-1', pool: 'worker' })])
})

it('is approximate without the agent, and says why', async () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'atrium-system', name: 'atrium-agent' }
  await kube.patch(deployment, { spec: { replicas: 0 } }, { type: 'merge' })
  await eventually('the agent is away', async () => (await read())?.status.agent?.connected === false)
  const preview = await call(`POST /atrium/v1/clusters/${uid}/plan`, set({ greeting: 'welcome', tag: '2' }))
  const { approximate, layers } = JSON.parse(preview.text) as AtriumClusterPreview
  expect(approximate).toMatch(/^its agent is not connected/)
  const changed = layers.filter(({ change }) => change === 'changed')
  expect(changed).toEqual([expect.objectContaining({ id: 'apps/web', step: '', objects: [] })])
  expect(changed[0]?.texts[0]?.lines).toEqual(
    expect.arrayContaining(['-data: { greeting: "hello" }', '+data: { greeting: "welcome" }']),
  )
})
