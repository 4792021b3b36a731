import { readCatalogue } from '@atrium/cli/demo/create.ts'
import type { Client } from '@atrium/client/client.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killOne } from './harness/chaos.ts'
import {
  askForCluster,
  conditionOf,
  demoParts,
  kubeOf,
  makeProfile,
  overview,
  untilCluster,
  untilServing,
} from './harness/clusters.ts'
import {
  type ConfigMap,
  configMap,
  type Deployment,
  hello,
  infrastructure,
  namespaceNamed,
  nodesOf,
  store,
  untilMissing,
  untilObject,
  versionsOf,
} from './harness/objects.ts'
import { openPlatform, type TestPlatform } from './harness/platform.ts'
import { upgradeStory } from './harness/upgrade.ts'
import { eventually } from './harness/wait.ts'

const LIMIT_MS = 120_000
const others = [...Object.values(store), ...Object.values(infrastructure)]
const everything = [...Object.values(hello), ...others]
const notes = configMap('default', 'notes')
const notesManifest = `apiVersion: v1
kind: ConfigMap
metadata: { name: notes, namespace: default }
data: { motto: "{{.spectro.var.motto}}", cluster: "{{.spectro.system.cluster.name}}" }
`

let platform: TestPlatform
let client: Client
let kube: KubeClient
let uid = ''
let parts: Awaited<ReturnType<typeof demoParts>>
beforeAll(async () => {
  platform = await openPlatform()
  uid = (await platform.up()).cluster?.uid ?? ''
  client = platform.client()
  kube = await kubeOf(client, uid)
  parts = await demoParts(client)
  hasty = askAndUpdate()
  // The test that waits for it tells.
  hasty.catch(() => undefined)
}, 150_000)
afterAll(async () => {
  await kube?.close()
  await platform.close()
})

/** Comes up beside the first tests. */
let hasty: Promise<string>
async function askAndUpdate(): Promise<string> {
  const profiles = [profileUid('demo-infrastructure@1.0.0'), profileUid('demo-apps@1.0.0')]
  const other = await askForCluster(client, 'hasty', parts.accountUid, profiles)
  await untilCluster(client, other, 'under way', ({ status }) => status?.state === 'Provisioning')
  await client.call('PATCH /v1/spectroclusters/{uid}/profiles', {
    params: { uid: other },
    body: { profiles: [{ uid: profileUid('demo-apps@1.1.0') }] },
  })
  return other
}

const profileUid = (reference: string): string => parts.profiles.get(reference) ?? ''
const attach = (profiles: { uid: string }[]) =>
  client.call('POST /atrium/v1/clusters/{uid}/profiles', { params: { uid }, body: { profiles } })

/** Values of hello-atrium 1.1.0 with some text of it replaced, given for this cluster alone. */
async function setHelloValues(from: string | RegExp, to: string): Promise<void> {
  const [pack] = await readCatalogue(client, [['hello-atrium', '1.1.0']])
  const values = pack?.values.replace(from, to) ?? ''
  expect(values).toContain(to)
  await client.call('PATCH /v1/spectroclusters/{uid}/profiles', {
    params: { uid },
    body: { profiles: [{ uid: profileUid('demo-apps@1.1.0'), packValues: [{ name: 'hello-atrium', values }] }] },
  })
}

describe('an update', () => {
  it(
    'to a new version of a profile is told beforehand, and changes exactly the layers that differ',
    async () => {
      const before = await versionsOf(kube, others)
      const plan = await attach([{ uid: profileUid('demo-apps@1.1.0') }])
      const changes = plan.layers.map(({ id, change }) => [id, change])
      expect(changes).toHaveLength(6)
      expect(changes.filter(([, change]) => change !== 'unchanged')).toEqual([['demo-apps/hello-atrium', 'changed']])
      expect(plan.problems).toEqual([])
      await untilObject<Deployment>(
        kube,
        hello.deployment,
        'version 1.1.0 serves with 3 pods',
        ({ metadata, status }) =>
          metadata.labels?.['app.kubernetes.io/version'] === '1.1.0' && status?.availableReplicas === 3,
      )
      const page = await kube.get<ConfigMap>(hello.page)
      expect(page.data['index.html']).toContain('Welcome to demo')
      await untilServing(client, uid)
      expect(await versionsOf(kube, others)).toEqual(before)
    },
    LIMIT_MS,
  )

  it(
    'that adds profiles installs them, and a changed variable reaches only what uses it',
    async () => {
      const before = await versionsOf(kube, everything)
      const extra = await makeProfile(client, {
        name: 'notes',
        layers: [
          { manifest: 'notes', content: notesManifest },
          { pack: 'observer', version: '1.0.0' },
        ],
        variables: [{ name: 'motto', defaultValue: 'first' }],
      })
      parts.profiles.set('notes@1.0.0', extra)
      const plan = await attach([{ uid: extra }])
      expect(plan.layers.filter(({ change }) => change !== 'unchanged').map(({ id, change }) => [id, change])).toEqual([
        ['notes/notes', 'added'],
        ['notes/observer', 'added'],
      ])
      const made = await untilObject<ConfigMap>(kube, notes, 'made')
      expect(made.data).toEqual({ motto: 'first', cluster: 'demo' })
      const observer = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'observer', name: 'observer' }
      await untilObject<Deployment>(kube, observer, 'serves', ({ status }) => status?.availableReplicas === 1)
      await untilServing(client, uid)

      const withObserver = await versionsOf(kube, [...everything, observer])
      await client.call('PATCH /v1/spectroclusters/{uid}/variables', {
        params: { uid },
        body: [{ profileUid: extra, variables: [{ name: 'motto', value: 'second' }] }],
      })
      await untilObject<ConfigMap>(kube, notes, 'the new value', ({ data }) => data['motto'] === 'second')
      await untilServing(client, uid)
      expect(await versionsOf(kube, [...everything, observer])).toEqual(withObserver)
      expect(await versionsOf(kube, everything)).toEqual(before)
    },
    LIMIT_MS,
  )

  it(
    'that removes a profile removes what it made, and nothing else',
    async () => {
      const before = await versionsOf(kube, everything)
      const foreign = configMap('default', 'of-somebody-else')
      await kube.create({ ...foreign, metadata: { name: foreign.name, namespace: 'default' }, data: { a: 'b' } })
      await client.call('DELETE /v1/spectroclusters/{uid}/profiles', {
        params: { uid },
        body: { profileUids: [profileUid('notes@1.0.0')] },
      })
      await untilMissing(kube, notes)
      await untilMissing(kube, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'observer', name: 'observer' })
      await untilMissing(kube, namespaceNamed('observer'))
      await untilMissing(kube, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'probes.observer.atrium.dev',
      })
      await untilServing(client, uid)
      expect(await kube.find(foreign)).not.toBeNull()
      expect(await versionsOf(kube, everything)).toEqual(before)
    },
    LIMIT_MS,
  )

  it(
    'that fails leaves the old release serving, says why, and is over once it is corrected',
    async () => {
      const before = await versionsOf(kube, Object.values(hello))
      await setHelloValues('port: 80', 'port: 99999')
      const failing = await untilCluster(client, uid, 'hello-atrium says why', ({ status }) =>
        Boolean(status?.packs?.some(({ name, condition }) => name === 'hello-atrium' && condition?.type === 'Error')),
      )
      const told = failing.status?.packs?.find(({ name }) => name === 'hello-atrium')?.condition?.message
      expect(told).toMatch(/port.*99999|99999.*port/s)
      const stuck = await untilCluster(
        client,
        uid,
        'LayersReady says so',
        (one) => conditionOf(one, 'LayersReady')?.reason === 'LayerFailed',
      )
      expect(conditionOf(stuck, 'LayersReady')?.message).toContain('hello-atrium')
      expect(stuck.status?.state).toBe('Running')
      expect(await versionsOf(kube, Object.values(hello))).toEqual(before)
      await setHelloValues('port: 80', 'port: 8088')
      await untilObject(kube, hello.service, 'port 8088', ({ spec }) => JSON.stringify(spec).includes('8088'))
      await untilServing(client, uid)
    },
    LIMIT_MS,
  )

  it(
    'with a placeholder that has no value is refused, or told as a condition that names it',
    async () => {
      await setHelloValues('Welcome to {{ .spectro.system.cluster.name }}', 'Hi {{ .spectro.macro.nowhere }}')
      const wrong = await untilCluster(
        client,
        uid,
        'ProfileResolved says why',
        (one) => conditionOf(one, 'ProfileResolved')?.reason === 'ValuesInvalid',
      )
      expect(conditionOf(wrong, 'ProfileResolved')?.message).toContain('nowhere')
      expect(conditionOf(wrong, 'Stalled')).toMatchObject({
        status: 'True',
        message: expect.stringContaining('Next step'),
      })
      expect((await kube.get<Deployment>(hello.deployment)).status?.availableReplicas).toBe(3)
      await client.call('PATCH /v1/spectroclusters/{uid}/profiles', {
        params: { uid },
        body: { profiles: [{ uid: profileUid('demo-apps@1.1.0') }] },
      })
      await untilCluster(client, uid, 'resolved', (one) => conditionOf(one, 'ProfileResolved')?.status === 'True')
      await untilServing(client, uid)
    },
    LIMIT_MS,
  )

  it('with values that are no YAML is refused, names the field and changes nothing', async () => {
    const values = 'charts: [unclosed'
    const body = { profiles: [{ uid: profileUid('demo-apps@1.1.0'), packValues: [{ name: 'hello-atrium', values }] }] }
    const before = await overview(client, uid)
    await expect(attach(body.profiles)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('hello-atrium'),
    })
    expect((await overview(client, uid)).status?.spcApply?.spcHash).toBe(before.status?.spcApply?.spcHash)
  })
})

describe('a cluster that is updated while it is being provisioned', () => {
  it(
    'ends as it was declared last',
    async () => {
      const other = await hasty
      await untilServing(client, other)
      const itsKube = await kubeOf(client, other)
      await untilObject<Deployment>(
        itsKube,
        hello.deployment,
        'version 1.1.0',
        ({ metadata, status }) =>
          metadata.labels?.['app.kubernetes.io/version'] === '1.1.0' && status?.availableReplicas === 3,
      )
      await itsKube.close()
    },
    LIMIT_MS,
  )
})

describe('an upgrade of Kubernetes by profile', () => {
  it(
    'takes the control plane first and then machine after machine, and keeps data and workload, also when the server dies on the way',
    async () => {
      const kept = configMap('default', 'of-somebody-else')
      const data = await kube.get(kept)
      const { uid: workload } = (await kube.get<Deployment>(hello.deployment)).metadata
      const change = ['update', 'cluster', 'demo', '--profile', 'demo-infrastructure@1.1.0']
      const preview = await platform.atrium(...change, '--dry-run')
      expect(preview).toMatch(
        /control-plane-0 .*becomes 1\.35\.4.*workers-1 .*becomes 1\.35\.4.*workers-0 .*becomes 1\.35\.4/s,
      )
      await platform.atrium(...change)
      await untilCluster(client, uid, 'its machines are replaced', (one) => {
        const { reason, message = '' } = conditionOf(one, 'InfrastructureReady') ?? {}
        return reason === 'KubernetesUpgrading' && message.includes('Upgrading Kubernetes 1.34.4 → 1.35.4: worker pool')
      })
      expect(await killOne(platform.home, 'server', systemRandom)).not.toBeNull()
      await platform.up()
      await eventually('all nodes run it', async () => {
        const versions = (await nodesOf(kube)).map(({ status }) => status?.nodeInfo?.kubeletVersion)
        return { done: versions.length === 3 && versions.every((one) => one === 'v1.35.4'), seen: versions }
      })
      await untilServing(client, uid)
      const { steps, machines } = await upgradeStory(client, uid)
      expect(steps).toEqual([
        'control plane',
        "control-plane pool 'control-plane' 1 of 1",
        ...["worker pool 'workers' 1 of 2", "worker pool 'workers' 2 of 2"],
        'Kubernetes 1.34.4 → 1.35.4: all machines run it.',
      ])
      expect(machines).toEqual([
        ...['+ demo-control-plane-1', '- demo-control-plane-0'],
        ...['+ demo-workers-2', '- demo-workers-1', '+ demo-workers-3', '- demo-workers-0'],
      ])
      expect((await kube.version()).gitVersion).toBe('v1.35.4')
      expect(await kube.get(kept)).toEqual(data)
      const after = await kube.get<Deployment>(hello.deployment)
      expect([after.metadata.uid, after.status?.availableReplicas]).toEqual([workload, 3])
    },
    LIMIT_MS,
  )

  it('does not go back, and says so', async () => {
    const { exitCode, output } = await platform.attempt(
      'update',
      'cluster',
      'demo',
      '--profile',
      'demo-infrastructure@1.0.0',
    )
    expect([exitCode === 0, output]).toEqual([false, expect.stringMatching(/spec\.profiles\[\d\].*never goes back/)])
  })
})
