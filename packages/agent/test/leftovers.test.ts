import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecordStore } from '../src/layers/records.ts'
import { listRevisions } from '../src/layers/releases.ts'
import { FIELD_MANAGER } from '../src/names.ts'
import { ClusterStore } from '../src/storage/cluster-store.ts'
import { AgentEnv, chart, configMapYaml, NAMESPACE } from './support/agent-env.ts'
import { widgetDefinition } from './support/chart-texts.ts'

const run = promisify(execFile)
let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
  env.completeJobs((name) => (name.startsWith('endless') ? 'Running' : 'Complete'))
})
afterAll(() => env?.stop())

const nowhere = '{apiVersion: none.such/v1, kind: X, metadata: {name: x}}'
const job = (name: string, hook: string): string => `---
apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, annotations: { helm.sh/hook: ${hook} } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } }
`
const map = (name: string, annotations = ''): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, annotations: { ${annotations} } }\n`
const layer = (name: string, manifests: Record<string, string>): LayerDraft => ({
  name,
  values: `pack:\n  namespace: ${name}\n`,
  manifests,
})
const charted = (name: string, template: string): LayerDraft => ({
  name,
  pack: chart(name, template),
  values: `pack:\n  namespace: ${name}\n`,
})
const goesAway = (name: string) => expect.poll(() => env.find('v1', 'Namespace', name)).toBeNull()
const told = () =>
  env.plane.reports.flatMap((one) => (one.type === 'events' ? one.items : [])).map((item) => item.message)

test('files of one name in two folders, and a template named like a chart, are parts of their own', async () => {
  const twins: LayerDraft = {
    name: 'twins',
    pack: {
      ...chart('web', map('of-chart')),
      'manifests/a/plain.yaml': configMapYaml('of-a', {}),
      'manifests/b/plain.yaml': configMapYaml('of-b', {}),
      'manifests/web.yaml': `${map('of-template')}data: { text: {{ .Values.text }} }\n`,
    },
    values: 'pack:\n  namespace: twins\nmanifests:\n  web:\n    text: loud\n',
  }
  await env.plane.send([twins])
  await env.applied()
  for (const name of ['of-chart', 'of-a', 'of-b', 'of-template'])
    expect(await env.configMap(name, 'twins'), name).not.toBeNull()
  await env.plane.send([])
  await env.applied()
  await goesAway('twins')
})

test('what a first installation made before it failed goes when the corrected one does not have it', async () => {
  await env.plane.send([layer('first', { a: configMapYaml('a', {}), b: `${configMapYaml('c', {})}\n---\n${nowhere}` })])
  await expect.poll(() => env.plane.states().first).toBe('Error')
  expect(await env.configMap('c', 'first')).not.toBeNull()
  await env.plane.send([layer('first', { b: configMapYaml('b', {}) })])
  await env.applied()
  expect(await env.configMap('a', 'first')).toBeNull()
  expect(await env.configMap('c', 'first')).toBeNull()
  expect(await env.configMap('b', 'first')).not.toBeNull()
})

test('an object may move from one file of a layer to another: it is the same object afterwards', async () => {
  await env.plane.send([layer('moving', { z: configMapYaml('moved', { a: '1' }) })])
  await env.applied()
  const { uid } = (await env.configMap('moved', 'moving'))?.metadata ?? {}
  await env.plane.send([layer('moving', { a: configMapYaml('moved', { a: '2' }), z: configMapYaml('rest', {}) })])
  await env.applied()
  expect((await env.configMap('moved', 'moving'))?.metadata.uid).toBe(uid)
  await env.plane.send([layer('moving', { z: configMapYaml('moved', { a: '3' }) })])
  await env.applied()
  expect(await env.configMap('moved', 'moving')).toMatchObject({ metadata: { uid }, data: { a: '3' } })
})

test('an update that dies half way is remembered: what it made goes with the next one, and so does its namespace', async () => {
  const widget = (kind: string): string => `{apiVersion: widgets.test/v1, kind: ${kind}, metadata: {name: w}}`
  const before = layer('dying', { d: widgetDefinition('widgets.test', 'size'), m: configMapYaml('steady', {}) })
  await env.plane.send([before])
  await env.applied()
  // The kind never comes, and the agent waits for it, the new object made already.
  const half = { ...before.manifests, m: `${configMapYaml('fresh', {})}\n---\n${widget('Gadget')}` }
  const values = 'pack:\n  namespace: dying\n  additionalNamespaces: brief\n'
  await env.plane.send([{ ...before, values, manifests: half }])
  await expect.poll(() => env.configMap('fresh', 'dying')).not.toBeNull()
  const store = new ClusterStore(env.client, NAMESPACE, 'layer')
  const record = (await RecordStore.open(store)).get('p/dying')
  await env.stopAgent()

  // As a killed agent leaves it: it had no time to put anything back.
  const fresh = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fresh', namespace: 'dying' } }
  await env.client.apply(fresh, { fieldManager: FIELD_MANAGER, force: true })
  await store.put('p/dying', Buffer.from(JSON.stringify(record)))
  await env.plane.send([before])
  await env.startAgent()
  await env.applied()
  expect(await env.configMap('fresh', 'dying')).toBeNull()
  expect(await env.configMap('steady', 'dying')).not.toBeNull()
  await goesAway('brief')
})

test('what an upgrade made before its helm was killed goes with the next one', async () => {
  await env.plane.send([charted('killed', map('steady'))])
  await env.applied()
  await env.plane.send([charted('killed', map('steady') + map('fresh') + job('endless', 'post-upgrade'))])
  await expect.poll(() => env.find('batch/v1', 'Job', 'endless', 'killed')).not.toBeNull()
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,args='])
  const helm = stdout.split('\n').find((line) => line.includes(` ${process.pid} `) && /upgrade killed /.test(line))
  process.kill(Number(helm?.trim().split(/\s+/)[0]), 'SIGKILL')
  await expect.poll(() => env.plane.layers().killed?.message).toContain('the former version serves again')
  await env.plane.send([charted('killed', map('steady') + map('other'))])
  await env.applied()
  expect(await env.configMap('fresh', 'killed')).toBeNull()
  expect(await env.configMap('other', 'killed')).not.toBeNull()
  await env.plane.send([])
  await env.applied()
  await goesAway('killed')
})

test('hooks go with their layer, and with them its namespace; what is kept stays and is told', async () => {
  const kept = 'helm.sh/hook: post-install, helm.sh/resource-policy: keep'
  const generated = map('x', 'helm.sh/hook: test').replace('name: x', 'generateName: x-')
  await env.plane.send([
    charted('hooked', map('a') + job('check', 'post-install,post-upgrade') + generated),
    charted('keeping', map('a') + map('kept', kept)),
  ])
  await env.applied()
  expect(await env.find('batch/v1', 'Job', 'check', 'hooked')).not.toBeNull()
  await env.plane.send([])
  await env.applied()
  await goesAway('hooked')
  expect(await env.configMap('kept', 'keeping')).not.toBeNull()
  await expect.poll(told).toContainEqual(expect.stringContaining('ConfigMap keeping/kept stays'))
})

test('the shipped hello-atrium leaves nothing, its check included', async () => {
  const folder = new URL('../../../packs/hello-atrium-1.1.0/', import.meta.url)
  const paths = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = paths.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const pack: Record<string, string> = {}
  for (const path of files) pack[relative(fileURLToPath(folder), path)] = await readFile(path, 'utf8')
  const values = (pack['values.yaml'] ?? '').replaceAll(/\{\{ \.spectro[^}]*\}\}/g, '1.34')
  await env.plane.send([{ name: 'hello-atrium', pack, values }])
  await expect.poll(() => env.plane.states()['hello-atrium']).toBe('Installed')
  const jobs = await env.client.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'hello-atrium' })
  expect(jobs.items).toHaveLength(1)
  await env.plane.send([])
  await env.applied()
  await goesAway('hello-atrium')
})

test('an object that an update no longer has but that is kept is told', async () => {
  const kept = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'old', annotations: { 'helm.sh/resource-policy': 'keep' } },
  })
  await env.plane.send([layer('policy', { a: `${configMapYaml('a', {})}\n---\n${kept}` })])
  await env.applied()
  await env.plane.send([layer('policy', { a: configMapYaml('a', {}) })])
  await env.applied()
  expect(await env.configMap('old', 'policy')).not.toBeNull()
  await expect.poll(told).toContainEqual(expect.stringContaining('ConfigMap policy/old stays'))
})

test('a layer that is wanted again while it is being removed is installed again', async () => {
  const again = charted('again', map('a') + job('endless', 'post-delete'))
  await env.plane.send([again])
  await env.applied()
  await env.plane.send([])
  const release = { name: 'again', namespace: 'again' }
  await expect.poll(() => env.find('batch/v1', 'Job', 'endless', 'again')).not.toBeNull()
  expect(await listRevisions(env.client, release)).toMatchObject([{ status: 'uninstalling' }])
  // Nobody else may repair it.
  await env.plane.send([again], { drift: 'alert' })
  env.completeJobs(() => 'Complete')
  await env.applied()
  expect(await listRevisions(env.client, release)).toMatchObject([{ status: 'deployed' }])
  expect(await env.configMap('a', 'again')).not.toBeNull()
})
