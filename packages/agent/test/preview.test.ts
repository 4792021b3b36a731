import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LayerPreview, PreviewAnswer } from '@atrium/api/link/preview.ts'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { describeRef, refOf } from '@atrium/kube/object.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'
import { widgetDefinition } from './support/chart-texts.ts'

const template = `
apiVersion: v1
kind: ConfigMap
metadata: { name: fixed }
data: { always: the-same }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: greeting }
data: { greeting: {{ .Values.greeting | quote }} }
---
apiVersion: v1
kind: Secret
metadata: { name: keys }
stringData: { key: {{ .Values.key | quote }}, other: "never-shown" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: {{ .Values.app }} } }
  template:
    metadata: { labels: { app: {{ .Values.app }} } }
    spec: { containers: [{ name: web, image: {{ .Values.image | quote }} }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: web }
rules: []
{{ if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: extra }
{{ end }}
`
interface Values {
  greeting?: string
  key?: string
  app?: string
  image?: string
  extra?: boolean
}
const web = (values: Values = {}, namespace = 'web'): LayerDraft => {
  const all = { greeting: 'hello', key: 'old-key', app: 'web', image: 'web:1', extra: true, ...values }
  return {
    name: 'web',
    pack: chart('web', template),
    values: `pack:\n  namespace: ${namespace}\ncharts:\n  web: ${JSON.stringify(all)}\n`,
    // It never becomes ready: no pods run here. What follows waits for it.
    priority: 10,
  }
}
const notes = (data: Record<string, string>): LayerDraft => ({
  name: 'notes',
  values: 'pack:\n  namespace: notes\n',
  manifests: { all: `${configMapYaml('one', data)}\n---\n${configMapYaml('two', { v: '1' })}` },
})
const gone: LayerDraft = {
  name: 'gone',
  pack: chart('gone', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: gone }\n', {
    'crds/widgets.yaml': widgetDefinition('preview.atrium.test', 'a'),
  }),
  values: 'pack:\n  namespace: gone\n',
}

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
  await env.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } })
  await env.plane.send([notes({ v: '1' }), gone, web()])
  const installed = { notes: 'Ready', gone: 'Ready', web: 'Installed' }
  await vi.waitFor(() => expect(env.plane.states()).toEqual(installed), { timeout: 40_000, interval: 50 })
}, 60_000)
afterAll(() => env?.stop())

/** Everything there is in the cluster, in the agent's folder and in its records, as far as somebody wrote it. */
async function world(): Promise<Record<string, unknown>> {
  const { resources } = await env.client.mapper.all()
  const found: Record<string, unknown> = {}
  for (const type of resources) {
    if (!type.verbs.includes('list') || ['Lease', 'Event'].includes(type.kind)) continue
    // Controllers go on writing status: that raises no generation.
    for (const item of (await env.client.list({ ...type, metadataOnly: true })).items)
      found[describeRef(refOf(item))] = item.metadata.generation ?? item.metadata.resourceVersion
  }
  const files = readdirSync(env.stateDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  for (const file of files.filter(({ parentPath }) => !parentPath.includes('cache')))
    found[file.name] = readFileSync(join(file.parentPath, file.name), 'utf8')
  return { ...found, records: JSON.stringify(env.agent?.records.all()) }
}

/** Asks for a preview, and proves that it changed nothing. */
async function previewOf(drafts: LayerDraft[], sensitive: string[] = []): Promise<PreviewAnswer> {
  const before = await world()
  const answer = await env.plane.preview(drafts, sensitive)
  expect(await world()).toEqual(before)
  expect(answer.failure).toBeNull()
  return answer
}

const outline = (layers: readonly LayerPreview[]) =>
  layers.map(({ id, step, after, objects }) => ({
    ...{ id, step, after },
    objects: objects.map(({ object, change }) => `${change} ${object}`),
  }))

test('what is declared already changes nothing', async () => {
  expect((await previewOf([notes({ v: '1' }), gone, web()])).layers).toEqual([])
})

test('other values change exactly the objects that are rendered otherwise, and restart the workload', async () => {
  const values = { greeting: 'welcome', image: 'web:2', extra: false }
  const { layers } = await previewOf([notes({ v: '1' }), gone, web(values)])
  expect(outline(layers)).toEqual([
    {
      ...{ id: 'p/web', step: 'update', after: [] },
      objects: [
        'changed v1 ConfigMap web/greeting',
        'changed apps/v1 Deployment web/web',
        'removed v1 ConfigMap web/extra',
      ],
    },
  ])
  const [greeting, deployment] = layers[0]?.objects ?? []
  expect(greeting?.lines.filter((line) => /^[-+]/.test(line))).toEqual(['-  greeting: hello', '+  greeting: welcome'])
  expect(greeting).toMatchObject({ restarts: '', why: '/data/greeting' })
  expect(deployment).toMatchObject({
    restarts: 'pods are replaced step by step (strategy RollingUpdate)',
    why: '/spec/template/spec/containers[name=web]/image',
  })
  expect(deployment?.lines).toEqual(expect.arrayContaining(['-        - image: web:1', '+        - image: web:2']))
})

test('values of secrets and of sensitive variables are not in it', async () => {
  const secrets = { greeting: 'so-sensitive-greeting', key: 'so-secret-key' }
  const answer = await previewOf([notes({ v: '1' }), gone, web(secrets)], [secrets.greeting])
  const [keys, greeting] = answer.layers[0]?.objects ?? []
  expect(greeting?.lines).toContain('+  greeting: [secret]')
  expect(keys).toMatchObject({ object: 'v1 Secret web/keys', change: 'changed', why: '/data/key' })
  expect(keys?.lines).toEqual(
    expect.arrayContaining(['-  key: "[secret]"', '+  key: "[secret, another one]"', '   other: "[secret]"']),
  )
  for (const value of [...Object.values(secrets), 'old-key', 'never-shown'])
    for (const form of [value, Buffer.from(value).toString('base64')])
      expect(JSON.stringify(answer)).not.toContain(form)
})

test('new layers are installed in their order, each after those it waits for', async () => {
  const late: LayerDraft = { name: 'late', priority: 20, values: 'pack:\n  namespace: late\n', manifests: {} }
  const once = '{{ if .Release.IsInstall }}\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: soon }\n{{ end }}'
  const soon: LayerDraft = { name: 'soon', pack: chart('soon', once), values: 'pack:\n  namespace: default\n' }
  const { layers } = await previewOf([notes({ v: '1' }), gone, late, soon, web()])
  expect(outline(layers)).toEqual([
    { ...{ id: 'p/soon', step: 'install', after: [] }, objects: ['created v1 ConfigMap default/soon'] },
    { ...{ id: 'p/late', step: 'install', after: ['soon', 'web'] }, objects: ['created v1 Namespace late'] },
  ])
})

test('a chart with definitions of its own is installed with objects of them', async () => {
  const fresh: LayerDraft = {
    name: 'fresh',
    pack: chart('fresh', 'apiVersion: fresh.atrium.test/v1\nkind: Widget\nmetadata: { name: one }\n', {
      'crds/widgets.yaml': widgetDefinition('fresh.atrium.test', 'a'),
    }),
    values: 'pack:\n  namespace: fresh\n',
  }
  const { layers, notes: told } = await previewOf([notes({ v: '1' }), gone, web(), fresh])
  const [layer] = layers
  expect(layer?.problem).toBeNull()
  expect(told).toContainEqual(expect.stringMatching(/^Rendered without a look at the cluster.*: fresh\.$/))
  expect(layer?.objects.map(({ object, change }) => `${change} ${object}`)).toEqual([
    'created v1 Namespace fresh',
    'created apiextensions.k8s.io/v1 CustomResourceDefinition widgets.fresh.atrium.test',
    'created fresh.atrium.test/v1 Widget fresh/one',
  ])
  const undefinedKind = '{apiVersion: none.such/v1, kind: Thing, metadata: {name: x}}'
  const lost: LayerDraft = { name: 'lost', manifests: { all: undefinedKind } }
  const [refused] = (await previewOf([notes({ v: '1' }), gone, web(), lost])).layers
  expect(refused?.objects[0]).toMatchObject({ change: 'refused', why: expect.stringMatching(/serves no none.such/) })
})

test('a layer that is not wanted any more takes what it made; what stays is told with its reason', async () => {
  const { layers } = await previewOf([notes({ v: '1' }), web()])
  expect(outline(layers)).toEqual([
    {
      ...{ id: 'p/gone', step: 'remove', after: [] },
      objects: [
        'removed v1 ConfigMap gone/gone',
        'kept apiextensions.k8s.io/v1 CustomResourceDefinition widgets.preview.atrium.test',
        'removed v1 Namespace gone',
      ],
    },
  ])
  expect(layers[0]?.objects[1]?.why).toMatch(/crds\/, which are never removed/)
  await env.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', namespace: 'gone' } })
  const [layer] = (await previewOf([notes({ v: '1' }), web()])).layers
  expect(layer?.objects.at(-1)).toMatchObject({
    change: 'kept',
    why: 'namespace gone stays: it holds v1 ConfigMap gone/foreign',
  })
  await env.client.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'gone', name: 'foreign' })
})

test('a profile of another name goes on with what is there', async () => {
  const { layers } = await previewOf([{ ...notes({ v: '2' }), profile: 'q' }, gone, web()])
  expect(outline(layers)).toEqual([
    { ...{ id: 'q/notes', step: 'install', after: [] }, objects: ['changed v1 ConfigMap notes/one'] },
    { ...{ id: 'p/notes', step: 'remove', after: [] }, objects: [] },
  ])
})

test('a release that moves to another namespace takes its objects of the cluster along', async () => {
  const [layer] = (await previewOf([notes({ v: '1' }), gone, web({}, 'elsewhere')])).layers
  expect(layer?.problem).toBeNull()
  const changes = layer?.objects.map(({ object, change }) => `${change} ${object}`)
  expect(changes).toEqual(
    expect.arrayContaining([
      'created v1 Namespace elsewhere',
      'created v1 ConfigMap elsewhere/fixed',
      'replaced rbac.authorization.k8s.io/v1 ClusterRole web',
      'removed v1 ConfigMap web/fixed',
      'removed v1 Namespace web',
    ]),
  )
})

test('what would fail is told before: refused fields, texts that cannot be rendered, objects of others', async () => {
  const [refused] = (await previewOf([notes({ v: '1' }), gone, web({ app: 'other' })])).layers
  expect(refused?.objects).toEqual([
    expect.objectContaining({
      ...{ object: 'apps/v1 Deployment web/web', change: 'refused' },
      why: expect.stringContaining('field is immutable'),
    }),
  ])
  expect(refused?.problem).toBe(
    'apps/v1 Deployment web/web is refused: the update fails, and what serves now serves on',
  )
  const broken = { ...web(), pack: chart('web', '{{ fail "no way" }}') }
  const [failing] = (await previewOf([notes({ v: '1' }), gone, broken])).layers
  expect(failing).toMatchObject({ id: 'p/web', objects: [], problem: expect.stringContaining('no way') })
  const twin = { ...notes({ v: '3' }), name: 'twin' }
  const [claiming] = (await previewOf([notes({ v: '1' }), gone, web(), twin])).layers
  expect(claiming).toMatchObject({
    ...{ id: 'p/twin', objects: [] },
    problem: 'v1 ConfigMap notes/one is already declared by layer notes of profile p',
  })
})

test('long differences are cut, and it is said how much', async () => {
  const text = Array.from({ length: 900 }, (_, line) => `line ${line} of a long text`).join('\n')
  const [layer] = (await previewOf([notes({ v: '1', text }), gone, web()])).layers
  const [change] = layer?.objects ?? []
  expect(Buffer.byteLength(change?.lines.join('\n') ?? '')).toBeLessThanOrEqual(16 * 1024)
  expect(change?.cutBytes).toBeGreaterThan(5_000)
})

test('one preview at a time, and none for ever', async () => {
  env.plane.hangs = true
  const slow = env.plane.preview([{ ...web(), pack: chart('web', `# another\n${template}`) }], [], 300)
  expect((await env.plane.preview([web()])).failure).toBe('the agent makes another preview; ask again')
  expect((await slow).failure).toBe('it took longer than 0.3 s')
  env.plane.hangs = false
  await previewOf([web()])
})
