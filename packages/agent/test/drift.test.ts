import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { watchResource } from '@atrium/kube/watch.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const template = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 0
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          resources: { limits: { cpu: 1000m, memory: 1024Mi } }
          env: [{ name: A, value: "1" }, { name: B, value: "2" }]
      volumes: [{ name: data, configMap: { name: settings } }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: web, port: 80 }, { name: tls, port: 443 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: generated }
stringData: { password: {{ randAlphaNum 20 | quote }} }
`
const layers: LayerDraft[] = [
  { name: 'web', pack: chart('web', template), values: 'pack:\n  namespace: web\n' },
  {
    name: 'settings',
    namespace: 'settings',
    values: 'pack:\n  namespace: settings\n  namespaceLabels:\n    settings: "team=a"\n',
    manifests: { settings: configMapYaml('settings', { color: 'blue', size: 'large' }) },
  },
]
const deploymentRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'web', name: 'web' }
const settingsRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'settings', name: 'settings' }
const someone = { type: 'strategic', fieldManager: 'someone' } as const

/** What was detected before is no word on this test, however late it is told. */
let since = ''
const deviations = (): DeviationReport[] =>
  [...env.plane.deviations.values()].filter(({ detectedAt }) => detectedAt >= since)
const deviationsOf = (object: string): DeviationReport[] => deviations().filter((one) => one.object === object)
const settled = () => expect.poll(() => env.plane.state()?.health.message).not.toContain('deviations are open')

beforeEach(async () => {
  await env.plane.send(layers, { drift: 'heal' })
  await env.applied()
  since = new Date().toISOString()
})

test('a changed field is put back, and what was done is told with the difference', async () => {
  await env.client.patch(settingsRef, { data: { color: 'red' } }, someone)
  await expect.poll(async () => (await env.client.get(settingsRef)).data).toEqual({ color: 'blue', size: 'large' })
  await expect
    .poll(() => deviationsOf('v1 ConfigMap settings/settings'))
    .toMatchObject([
      {
        type: 'changed',
        state: 'repaired',
        action: 'heal',
        layer: 'p/settings',
        diff: [{ path: '/data/color', live: 'red', desired: 'blue' }],
        message: 'changed by someone; put back as declared',
      },
    ])
})

test('a list entry that contradicts the declared one is taken out: the server refuses to merge both', async () => {
  const serviceRef = { apiVersion: 'v1', kind: 'Service', namespace: 'web', name: 'web' }
  const ports = [{ name: 'web', port: 81, targetPort: 80 }]
  await env.client.patch(serviceRef, { spec: { ports } }, { type: 'merge', fieldManager: 'someone' })
  const declared = [
    { name: 'web', port: 80 },
    { name: 'tls', port: 443 },
  ]
  await expect
    .poll(async () => (await env.client.get<{ spec: { ports: object[] } } & KubeObject>(serviceRef)).spec.ports)
    .toMatchObject(declared)
  await expect.poll(() => deviationsOf('v1 Service web/web').map(({ state }) => state)).toEqual(['repaired'])
  await settled()
})

test('sidecars and variables that somebody put into a Deployment outlive a repair that the server first refuses', async () => {
  interface Deployment extends KubeObject {
    spec: { template: { spec: { containers: { name: string; env?: object[] }[]; volumes?: object[] } } }
  }
  const volumes = [{ name: 'data', hostPath: { path: '/data' }, configMap: null }]
  const containers = [
    { name: 'web', env: [{ name: 'THEIRS', value: '1' }] },
    { name: 'sidecar', image: 'sidecar:1' },
  ]
  await env.client.patch(deploymentRef, { spec: { template: { spec: { containers, volumes } } } }, someone)
  await expect
    .poll(async () => (await env.client.get<Deployment>(deploymentRef)).spec.template.spec.volumes)
    .toMatchObject([{ name: 'data', configMap: { name: 'settings' } }])
  const after = (await env.client.get<Deployment>(deploymentRef)).spec.template.spec
  expect(after.containers.map(({ name }) => name).sort()).toEqual(['sidecar', 'web'])
  expect(after.containers.find(({ name }) => name === 'web')?.env).toContainEqual({ name: 'THEIRS', value: '1' })
  await expect.poll(() => deviationsOf('apps/v1 Deployment web/web').map(({ state }) => state)).toEqual(['repaired'])
})

test('a deleted object of a chart returns as helm made it; a random password is not made anew', async () => {
  const secretRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'generated' }
  const before = (await env.client.get(secretRef)).data
  await env.client.delete(deploymentRef)
  await env.client.delete(secretRef)
  await expect.poll(() => env.client.find(deploymentRef)).not.toBeNull()
  await expect.poll(async () => (await env.client.find(secretRef))?.data).toEqual(before)
  const deployment = await env.client.get(deploymentRef)
  expect(deployment.metadata.labels).toMatchObject({ app: 'web', 'app.kubernetes.io/managed-by': 'Helm' })
  expect(deployment.metadata.annotations?.['meta.helm.sh/release-name']).toBe('web')
  await expect
    .poll(() => deviationsOf('apps/v1 Deployment web/web'))
    .toMatchObject([{ type: 'deleted', state: 'repaired' }])
})

test('a deleted namespace returns with everything in it, and with a release helm knows', async () => {
  const uidOf = async (name: string) => (await env.find('v1', 'Namespace', name))?.metadata.uid
  const before = { web: await uidOf('web'), settings: await uidOf('settings') }
  await env.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'web' })
  await env.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'settings' })
  const isBack = async (ref: KubeRef): Promise<boolean> => {
    const { web, settings } = { web: await uidOf('web'), settings: await uidOf('settings') }
    const isNew = web !== before.web && settings !== before.settings
    return isNew && (await env.client.find(ref)) !== null
  }
  const release = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'sh.helm.release.v1.web.v1' }
  for (const ref of [deploymentRef, { ...deploymentRef, apiVersion: 'v1', kind: 'Service' }, settingsRef, release])
    await expect.poll(() => isBack(ref)).toBe(true)
  expect((await env.find('v1', 'Namespace', 'settings'))?.metadata.labels).toMatchObject({ team: 'a' })
  await settled()
})

test('with policy alert nothing is put back: the deviation stays open with its difference until somebody acts', async () => {
  await env.plane.send(layers, { drift: 'alert' })
  await env.applied()
  await env.client.patch(settingsRef, { data: { color: 'red' } }, someone)
  await env.client.delete(deploymentRef)
  await expect
    .poll(() => deviationsOf('v1 ConfigMap settings/settings'))
    .toMatchObject([{ state: 'open', action: 'alert', diff: [{ path: '/data/color', live: 'red', desired: 'blue' }] }])
  await expect
    .poll(() => deviationsOf('apps/v1 Deployment web/web'))
    .toMatchObject([{ type: 'deleted', state: 'open' }])
  expect((await env.client.get(settingsRef)).data).toMatchObject({ color: 'red' })
  expect(await env.client.find(deploymentRef)).toBeNull()

  // Put back by hand: the same deviation is closed.
  await env.client.patch(settingsRef, { data: { color: 'blue' } }, someone)
  await expect
    .poll(() => deviationsOf('v1 ConfigMap settings/settings'))
    .toMatchObject([{ state: 'repaired', resolvedAt: expect.stringMatching(/^20/) }])
  // The policy changes: what is still open is repaired.
  await env.plane.send(layers, { drift: 'heal' })
  await expect.poll(() => env.client.find(deploymentRef)).not.toBeNull()
  await expect.poll(() => deviationsOf('apps/v1 Deployment web/web')).toMatchObject([{ state: 'repaired' }])
})

test('with policy alert a failed release and a deleted namespace are told and left, and put right once the policy heals', async () => {
  await env.plane.send(layers, { drift: 'alert' })
  await env.applied()
  const secrets = await env.client.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'web',
    labelSelector: 'owner=helm',
  })
  const deployed = secrets.items.find((one) => one.metadata.labels?.status === 'deployed')
  if (!deployed) throw new Error('no release is deployed')
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: deployed.metadata.name }
  await env.client.patch(
    ref,
    { metadata: { labels: { status: 'failed' } } },
    { type: 'merge', fieldManager: 'someone' },
  )
  await env.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'settings' })
  await expect
    .poll(() => deviationsOf('Release web/web'))
    .toMatchObject([{ type: 'failed-release', state: 'open', action: 'alert' }])
  await expect.poll(() => env.find('v1', 'Namespace', 'settings')).toBeNull()
  await expect
    .poll(() => [...deviationsOf('v1 Namespace settings'), ...deviationsOf('v1 ConfigMap settings/settings')])
    .toMatchObject(Array(2).fill({ type: 'deleted', state: 'open', action: 'alert' }))
  expect((await env.client.get(ref)).metadata.labels).toMatchObject({ status: 'failed' })
  await env.plane.send(layers, { drift: 'heal' })
  await expect.poll(() => env.client.find(settingsRef)).not.toBeNull()
  await expect.poll(() => deviationsOf('Release web/web')).toMatchObject([{ state: 'repaired' }])
  await settled()
})

test('a layer has a policy of its own: what the one puts back the other only tells, until the policy changes', async () => {
  const colour = async (name: string) => (await env.configMap(name))?.data as { color: string } | undefined
  const layer = (name: string, drift: 'heal' | 'alert'): LayerDraft => ({
    ...{ name, drift, manifests: { [name]: configMapYaml(name, { color: 'blue' }) } },
  })
  const send = async (one: 'heal' | 'alert', two: 'heal' | 'alert', drift: 'heal' | 'alert') => {
    await env.plane.send([...layers, layer('one', one), layer('two', two)], { drift })
    await env.applied()
  }
  const change = (name: string) => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name }
    return env.client.patch(ref, { data: { color: 'red' } }, someone)
  }
  const told = (name: string) => deviationsOf(`v1 ConfigMap default/${name}`).at(-1)
  await send('heal', 'alert', 'heal')
  await change('two')
  const isAlert = expect.stringContaining('the policy of its layer is alert')
  await expect.poll(() => told('two')).toMatchObject({ state: 'open', action: 'alert', message: isAlert })
  await change('one')
  await expect.poll(() => told('one')).toMatchObject({ state: 'repaired', action: 'heal' })
  expect([await colour('one'), await colour('two')]).toEqual([{ color: 'blue' }, { color: 'red' }])

  // The other way about, over a cluster that says otherwise: what is open is looked at again.
  await send('alert', 'heal', 'alert')
  await expect.poll(() => told('two')).toMatchObject({ state: 'repaired', action: 'heal' })
  await change('one')
  await expect.poll(() => told('one')).toMatchObject({ state: 'open', action: 'alert' })
  expect([await colour('one'), await colour('two')]).toEqual([{ color: 'red' }, { color: 'blue' }])
})

test('an object that cannot be compared is told as such until it can be again', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', namespace: 'web', name: 'web' }
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const policy = { apiVersion, kind: 'ValidatingAdmissionPolicy', name: 'no-dry-run' }
  const binding = { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', name: 'no-dry-run' }
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['services'], operations: ['UPDATE'] }
  await env.client.create({
    ...{ apiVersion, kind: policy.kind, metadata: { name: policy.name } },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: '!(has(request.dryRun) && request.dryRun)', reason: 'Forbidden' }],
    },
  })
  await env.client.create({
    ...{ apiVersion, kind: binding.kind, metadata: { name: binding.name } },
    spec: { policyName: policy.name, validationActions: ['Deny'] },
  })
  try {
    await expect
      .poll(async () => {
        await env.client.patch(service, { metadata: { labels: { tick: crypto.randomUUID() } } }, someone)
        return deviationsOf('v1 Service web/web').at(-1)
      })
      .toMatchObject({ state: 'failed', message: expect.stringContaining('cannot be compared: ') })
  } finally {
    await env.client.delete(binding)
    await env.client.delete(policy)
  }
  await expect.poll(() => deviationsOf('v1 Service web/web').at(-1)?.state).toBe('repaired')
})

test('defaults, unit formats, list order and fields of others are no drift', async () => {
  await env.plane.send(layers, { drift: 'alert' })
  await env.applied()
  const limits = { cpu: '1', memory: '1Gi' }
  await env.client.patch(
    deploymentRef,
    { spec: { template: { spec: { containers: [{ name: 'web', resources: { limits } }] } } } },
    someone,
  )
  await env.client.patch(
    deploymentRef,
    { metadata: { annotations: { 'example.com/note': 'x' } }, spec: { minReadySeconds: 5 } },
    someone,
  )
  const reversed = [
    { name: 'B', value: '2' },
    { name: 'A', value: '1' },
  ]
  await env.client.patch(
    deploymentRef,
    [{ op: 'replace', path: '/spec/template/spec/containers/0/env', value: reversed }],
    {
      type: 'json',
      fieldManager: 'someone',
    },
  )
  await env.client.patch(settingsRef, { data: { theirs: 'yes' } }, someone)
  // A real change afterwards: once it is told, everything before it was judged too.
  await env.client.patch(settingsRef, { data: { size: 'small' } }, someone)
  await env.client.patch(deploymentRef, { metadata: { labels: { app: 'other' } } }, someone)
  await expect
    .poll(() =>
      deviations()
        .map((one) => one.diff)
        .sort((a, b) => a.length - b.length),
    )
    .toEqual(
      expect.arrayContaining([
        [{ path: '/data/size', live: 'small', desired: 'large' }],
        [{ path: '/metadata/labels/app', live: 'other', desired: 'web' }],
      ]),
    )
  expect(
    deviations()
      .map((one) => one.object)
      .sort(),
  ).toEqual(['apps/v1 Deployment web/web', 'v1 ConfigMap settings/settings'])
})

test('with a controller that writes back an object is contested: left alone, its rival named, and put back once that stops', async () => {
  // The agent with rests that a test can wait for.
  await env.stopAgent()
  await env.startAgent({ rules: [{ repairs: 3, windowMs: 60_000 }], restMs: 2_000, longestRestMs: 4_000 })
  await env.applied()
  const service = { apiVersion: 'v1', kind: 'Service', namespace: 'web', name: 'web' }
  const selector = async () => ((await env.client.get(service)).spec as { selector: object }).selector
  const told = () => deviationsOf('v1 Service web/web').at(-1)
  const rival = await startRival({ ...service, selector: { app: 'stolen' }, manager: 'rival-operator' })
  try {
    await expect.poll(told).toMatchObject({
      ...{ state: 'failed', action: 'heal', contestedBy: 'rival-operator', resolvedAt: null },
      message: expect.stringMatching(/^contested: changed by rival-operator again and again, left alone until 20/),
    })
    expect(await selector()).toEqual({ app: 'stolen' })
    // It is tried again after a rest, and contested anew for longer.
    const first = told()?.message
    await expect.poll(() => told()?.contestedBy !== undefined && told()?.message !== first).toBe(true)
  } finally {
    await rival.stop()
  }
  await expect.poll(selector).toEqual({ app: 'web' })
  await expect.poll(told).toMatchObject({ state: 'repaired' })
  expect(told()).not.toHaveProperty('contestedBy')
  const written = rival.writes()
  expect([written >= 5, written <= 12], `it wrote ${written} times`).toEqual([true, true])
  await settled()
})

/** A controller as there are many: it watches an object and applies its own declaration whenever that differs. */
async function startRival(wanted: KubeRef & { selector: { app: string }; manager: string }) {
  const { selector, manager, ...ref } = wanted
  const { apiVersion, kind, namespace, name } = ref
  let writes = 0
  const watch = watchResource({
    ...{ client: env.client, clock: systemClock, random: systemRandom, logger: silentLogger },
    query: { apiVersion, kind, namespace: namespace ?? '' },
    onObject(change, object) {
      const live = (object.spec as { selector?: { app?: string } }).selector
      if (change !== 'present' || object.metadata.name !== name || live?.app === selector.app) return
      writes++
      const own = { apiVersion, kind, metadata: { name, namespace: namespace ?? '' }, spec: { selector } }
      void env.client.apply(own, { fieldManager: manager, force: true })
    },
  })
  await watch.synced
  return { stop: () => watch.stop(), writes: () => writes }
}
