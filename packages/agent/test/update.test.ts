import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const template = `
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { greeting: {{ .Values.greeting | quote }} }
---
{{ if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-extra }
{{ end }}
`
const web = (greeting: string, extra = false): LayerDraft => ({
  name: 'web',
  pack: chart('web', template),
  values: `pack:\n  namespace: web\ncharts:\n  web:\n    greeting: ${greeting}\n    extra: ${extra}\n`,
})
const shop = (manifests: Record<string, string>): LayerDraft => ({
  name: 'shop',
  values: 'pack:\n  namespace: shop\n',
  manifests,
})
const other: LayerDraft = { name: 'other', pack: chart('other', template), values: 'pack:\n  namespace: other\n' }

/** resourceVersions of everything that belongs to a layer, by namespace. */
async function versions(...namespaces: string[]): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {}
  for (const namespace of namespaces) {
    for (const kind of ['ConfigMap', 'Secret']) {
      const { items } = await env.client.list({ apiVersion: 'v1', kind, namespace })
      for (const item of items) found[`${kind} ${namespace}/${item.metadata.name}`] = item.metadata.resourceVersion
    }
  }
  return found
}

test('a new desired state changes exactly the layers that differ', async () => {
  const before = { a: configMapYaml('a', { v: '1' }), b: configMapYaml('b', { v: '1' }) }
  await env.plane.send([web('hello', true), shop(before), other])
  await env.applied()
  const untouched = await versions('web', 'other')
  expect(Object.keys(untouched)).toContain('ConfigMap web/web-extra')

  await env.plane.send([web('hello', true), shop({ ...before, a: configMapYaml('a', { v: '2' }) }), other])
  await env.applied()
  expect((await env.configMap('a', 'shop'))?.data).toEqual({ v: '2' })
  expect(await versions('web', 'other')).toEqual(untouched)

  const shopBefore = await versions('shop', 'other')
  await env.plane.send([web('welcome'), shop({ ...before, a: configMapYaml('a', { v: '2' }) }), other])
  await env.applied()
  expect((await env.configMap('web', 'web'))?.data).toEqual({ greeting: 'welcome' })
  expect(await env.configMap('web-extra', 'web')).toBeNull()
  expect(await versions('shop', 'other')).toEqual(shopBefore)
})

test('an object that a manifest no longer has is deleted, one it shares with nobody else stays', async () => {
  await env.plane.send([web('welcome'), shop({ b: configMapYaml('b', { v: '1' }) }), other])
  await env.applied()
  expect(await env.configMap('a', 'shop')).toBeNull()
  expect(await env.configMap('b', 'shop')).not.toBeNull()
})

test('an older desired state is ignored; a higher epoch wins over a higher generation', async () => {
  const current = env.plane.desired?.generation ?? 0
  await env.plane.send([web('from the past')], { generation: current - 1 })
  await env.plane.send([web('restored'), other], { epoch: 2, generation: 1 })
  await env.applied()
  expect((await env.configMap('web', 'web'))?.data).toEqual({ greeting: 'restored' })
  await env.plane.send([web('old epoch')], { epoch: 1, generation: 99 })
  await env.plane.send([web('newest'), other], { epoch: 2, generation: 2 })
  await env.applied()
  expect((await env.configMap('web', 'web'))?.data).toEqual({ greeting: 'newest' })
})

test('a removed layer takes what it made, and nothing else', async () => {
  const keep =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kept, annotations: { helm.sh/resource-policy: keep } }\n'
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.demo.atrium.test }
spec:
  group: demo.atrium.test
  scope: Cluster
  names: { plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`
  await env.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } })
  await env.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'adopted', namespace: 'theirs' },
    data: { a: '1' },
  })
  const going: LayerDraft[] = [
    {
      name: 'going',
      pack: chart('going', `${template}---\n${keep}`, { 'crds/gadgets.yaml': definition }),
      values: 'pack:\n  namespace: going\n',
    },
    {
      name: 'guest',
      values: 'pack:\n  namespace: theirs\n  namespaceLabels:\n    theirs: "team=guest"\n',
      manifests: { objects: `${configMapYaml('adopted', { b: '2' })}\n---\n${configMapYaml('own', {})}` },
    },
    { name: 'alone', values: 'pack:\n  namespace: alone\n', manifests: { one: configMapYaml('one', {}) } },
    { name: 'shared', values: 'pack:\n  namespace: shared\n', manifests: { two: configMapYaml('two', {}) } },
  ]
  await env.plane.send([web('newest'), other, ...going], { epoch: 3 })
  await env.applied()
  expect((await env.find('v1', 'Namespace', 'theirs'))?.metadata.labels).toMatchObject({ team: 'guest' })
  await env.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign', namespace: 'shared' } })

  await env.plane.send([web('newest'), other], { epoch: 3 })
  await env.applied()
  expect(await env.configMap('going', 'going')).toBeNull()
  expect(await env.configMap('kept', 'going')).not.toBeNull()
  expect(
    await env.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'gadgets.demo.atrium.test'),
  ).not.toBeNull()
  expect(await env.configMap('own', 'theirs')).toBeNull()
  expect((await env.configMap('adopted', 'theirs'))?.data).toEqual({ a: '1' })
  const theirs = await env.find('v1', 'Namespace', 'theirs')
  expect(theirs?.metadata.deletionTimestamp).toBeUndefined()
  expect(theirs?.metadata.labels).not.toHaveProperty('team')
  await expect.poll(() => env.find('v1', 'Namespace', 'alone')).toBeNull()
  expect(await env.configMap('foreign', 'shared')).not.toBeNull()
  expect(await env.configMap('two', 'shared')).toBeNull()
  expect(await env.configMap('web', 'web')).not.toBeNull()
  const told = () => env.plane.reports.flatMap((report) => (report.type === 'events' ? report.items : []))
  await expect
    .poll(() => told().map((item) => item.message))
    .toEqual(
      expect.arrayContaining([expect.stringContaining('namespace shared stays: it holds v1 ConfigMap shared/foreign')]),
    )
})

test('a layer whose first installation fails is removed without a trace', async () => {
  const half = `${template}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: Not_Valid }\n`
  await env.plane.send(
    [
      web('newest'),
      { name: 'half', pack: chart('half', half), values: 'pack:\n  namespace: half\n' },
      {
        name: 'part',
        values: 'pack:\n  namespace: part\n',
        manifests: { cr: '{apiVersion: none.such/v1, kind: X, metadata: {name: x}}', ok: configMapYaml('ok', {}) },
      },
    ],
    { epoch: 3 },
  )
  await expect.poll(() => env.plane.states()).toEqual({ web: 'Ready', half: 'Error', part: 'Error' })
  expect(await env.configMap('half', 'half')).not.toBeNull()
  await env.plane.send([web('newest')], { epoch: 3 })
  await env.applied()
  for (const name of ['half', 'part']) await expect.poll(() => env.find('v1', 'Namespace', name)).toBeNull()
})
