import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRevisions } from '../src/layers/releases.ts'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'

const run = promisify(execFile)
let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const template = `
apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data: { greeting: {{ .Values.greeting | quote }} }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], storageClassName: none, resources: { requests: { storage: 1Gi } } }
`
const roleTemplate = `${template.slice(0, template.indexOf('---'))}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: wide }
rules: []
`
const web = (profile: string, greeting: string, more: Partial<LayerDraft> = {}): LayerDraft => ({
  name: 'web',
  profile,
  pack: chart('web', template),
  values: `pack:\n  namespace: web\ncharts:\n  web:\n    greeting: ${greeting}\n`,
  ...more,
})
const plain = (profile: string, data: Record<string, string>): LayerDraft => ({
  name: 'plain',
  profile,
  values: 'pack:\n  namespace: plain\n  namespaceLabels:\n    plain: "team=a"\n',
  manifests: { plain: configMapYaml('plain', data) },
})
const bind = (name: string, namespace: string) =>
  env.client.patch(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
    { status: { phase: 'Bound' } },
    { type: 'merge', subresource: 'status' },
  )
const uids = async () => ({
  map: (await env.configMap('web', 'web'))?.metadata.uid,
  claim: (await env.find('v1', 'PersistentVolumeClaim', 'data', 'web'))?.metadata.uid,
  plain: (await env.configMap('plain', 'plain'))?.metadata.uid,
  namespace: (await env.find('v1', 'Namespace', 'plain'))?.metadata.uid,
})
const revisions = async (name: string, namespace: string) =>
  (await listRevisions(env.client, { name, namespace })).map(({ revision, status }) => `${revision} ${status}`)
const recordIds = () => env.agent?.records.all().map((record) => record.id)
const helm = (...args: string[]) =>
  run(toolPath('helm'), args, { env: { KUBECONFIG: env.control.kubeconfigPath, HOME: env.stateDir } })

test('a profile of another name goes on with the releases and objects of the old one', async () => {
  await env.plane.send([web('old', 'hello'), plain('old', { a: '1' })])
  await expect.poll(() => env.find('v1', 'PersistentVolumeClaim', 'data', 'web')).not.toBeNull()
  await bind('data', 'web')
  await env.applied()
  const before = await uids()

  await env.plane.send([web('new', 'hello'), plain('new', { a: '2' })])
  await env.applied()
  expect(await uids()).toEqual(before)
  expect(recordIds()).toEqual(['new/web', 'new/plain'])
  expect(await revisions('web', 'web')).toEqual(['1 superseded', '2 deployed'])
  expect((await env.configMap('plain', 'plain'))?.data).toEqual({ a: '2' })
  expect((await env.find('v1', 'Namespace', 'plain'))?.metadata.labels).toMatchObject({ team: 'a' })
})

test('also when its layers have to wait for others first', async () => {
  const before = await uids()
  const gate = JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'gate', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'none' },
  })
  const first: LayerDraft = { name: 'gate', profile: 'third', priority: -1, manifests: { gate } }
  await env.plane.send([first, web('third', 'welcome'), plain('third', { a: '3' })])
  await expect.poll(() => env.plane.states()['third/gate']).toBe('Installed')
  expect(env.plane.states()).toMatchObject({ 'third/web': 'WaitingForOtherLayers' })
  await bind('gate', 'default')
  await env.applied()
  expect(await uids()).toEqual(before)
  expect((await env.configMap('web', 'web'))?.data).toEqual({ greeting: 'welcome' })
  expect(recordIds()).toEqual(['third/gate', 'third/web', 'third/plain'])
})

test('also when one of its layers fails, or its content cannot be had', async () => {
  const before = await uids()
  const away = web('fourth', 'welcome')
  const other = { ...away, pack: { ...away.pack, 'charts/web/NOTES': 'another digest' } }
  const broken = { bad: configMapYaml('Not_A_Name', {}), plain: configMapYaml('plain', { a: '4' }) }
  env.plane.withheld = true
  await env.plane.send([other, { ...plain('fourth', {}), manifests: broken }])
  await expect.poll(() => env.plane.states()).toEqual({ 'fourth/web': 'Error', 'fourth/plain': 'Error' })
  await expect.poll(recordIds).not.toContain('third/plain')
  expect(await uids()).toEqual(before)

  env.plane.withheld = false
  await env.plane.send([other, plain('fourth', { a: '4' })])
  await env.applied()
  expect(await uids()).toEqual(before)
  expect(recordIds()).toEqual(['fourth/web', 'fourth/plain'])
  await env.plane.send([web('third', 'welcome'), plain('third', { a: '3' })])
  await env.applied()
  expect(await uids()).toEqual(before)
})

test('two profiles cannot hold one release: the second says whose it is', async () => {
  await env.plane.send([web('third', 'welcome'), web('other', 'mine'), plain('third', { a: '3' })])
  await expect.poll(() => env.plane.states()['other/web']).toBe('Error')
  expect(env.plane.layers()['other/web']?.message).toContain(
    'release web in namespace web is already declared by layer web of profile third',
  )
  expect((await env.configMap('web', 'web'))?.data).toEqual({ greeting: 'welcome' })
  const before = await uids()
  await env.plane.send([web('third', 'welcome'), plain('third', { a: '3' })])
  await env.applied()
  expect(await uids()).toEqual(before)
})

test('a layer that moves to another namespace leaves nothing where it was', async () => {
  const wide = (namespace: string): LayerDraft => ({
    name: 'wide',
    pack: chart('wide', roleTemplate),
    values: `pack:\n  namespace: ${namespace}\n`,
    manifests: { here: configMapYaml('here', {}) },
  })
  await env.plane.send([wide('before')])
  await env.applied()
  expect(await env.configMap('here', 'before')).not.toBeNull()
  await env.plane.send([wide('after')])
  await env.applied()
  expect(await env.configMap('web', 'after')).not.toBeNull()
  expect(await env.configMap('here', 'after')).not.toBeNull()
  const role = await env.find('rbac.authorization.k8s.io/v1', 'ClusterRole', 'wide')
  expect(role?.metadata.annotations).toMatchObject({ 'meta.helm.sh/release-namespace': 'after' })
  await expect.poll(() => env.find('v1', 'Namespace', 'before')).toBeNull()
  expect(env.plane.deviations.size).toBe(0)

  // One that cannot be installed there does not take down what serves here.
  await env.plane.send([{ ...wide('nowhere'), pack: chart('wide', '{{ fail "no such place" }}') }])
  await expect.poll(() => env.plane.layers().wide?.message).toContain('the former version serves on')
  expect(await revisions('wide', 'after')).toEqual(['1 deployed'])
  await env.plane.send([])
  await env.applied()
  for (const name of ['after', 'nowhere']) await expect.poll(() => env.find('v1', 'Namespace', name)).toBeNull()
})

test("a release of somebody else is neither taken over nor removed; the agent's own are known also without its records", async () => {
  const theirs = join(env.stateDir, 'theirs')
  await mkdir(join(theirs, 'templates'), { recursive: true })
  await writeFile(join(theirs, 'Chart.yaml'), 'apiVersion: v2\nname: theirs\nversion: 1.0.0\n')
  await writeFile(join(theirs, 'templates', 'map.yaml'), configMapYaml('theirs', { by: 'hand' }))
  await helm('install', 'theirs', theirs, '--namespace=default')
  const release = () => revisions('theirs', 'default')
  const intruder: LayerDraft = { name: 'theirs', pack: chart('theirs', template) }
  const own: LayerDraft = { name: 'own', pack: chart('own', roleTemplate), values: 'pack:\n  namespace: own\n' }
  await env.plane.send([intruder, own])
  await expect.poll(() => env.plane.states()).toEqual({ theirs: 'Error', own: 'Ready' })
  expect(env.plane.layers().theirs?.message).toContain('release theirs in namespace default exists and is not ours')

  const uid = (await env.configMap('web', 'own'))?.metadata.uid
  await env.stopAgent()
  const { items } = await env.client.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'atrium-system',
    labelSelector: 'atrium.dev/agent-store=layer',
    metadataOnly: true,
  })
  expect(items.length).toBeGreaterThan(0)
  for (const { metadata } of items)
    await env.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'atrium-system', name: metadata.name })
  await env.startAgent()
  await env.plane.send([own])
  await env.applied()
  expect((await env.configMap('web', 'own'))?.metadata.uid).toBe(uid)
  expect(await revisions('own', 'own')).toEqual(['1 superseded', '2 deployed'])

  await env.plane.send([])
  await env.applied()
  expect(await revisions('own', 'own')).toEqual([])
  expect(await release()).toEqual(['1 deployed'])
  expect((await env.configMap('theirs'))?.data).toEqual({ by: 'hand' })
})
