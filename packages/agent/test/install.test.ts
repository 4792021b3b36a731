import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
  env.completeJobs(() => 'Complete')
})
afterAll(() => env?.stop())

const widgetDefinition = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.demo.atrium.test' },
  spec: {
    group: 'demo.atrium.test',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
})
const widget = JSON.stringify({
  apiVersion: 'demo.atrium.test/v1',
  kind: 'Widget',
  metadata: { name: 'one' },
  spec: { size: 1 },
})

const hooked = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: hooked
data:
  greeting: {{ .Values.greeting | quote }}
  hookWasThere: {{ (lookup "batch/v1" "Job" .Release.Namespace "prepare") | empty | not | quote }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: prepare
  annotations: { helm.sh/hook: pre-install, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: afterwards
  annotations: { helm.sh/hook: post-install }
`

test('layers are installed in order: definitions before objects, hooks, namespaces with labels, templates, attached manifests', async () => {
  await env.plane.send([
    { name: 'definitions', kind: 'cni', manifests: { crd: widgetDefinition } },
    { name: 'widgets', priority: 1, namespace: 'shop', manifests: { widget }, values: 'pack:\n  namespace: shop\n' },
    {
      name: 'web',
      priority: 5,
      pack: chart('hooked', hooked),
      values:
        'pack:\n  namespace: web\n  namespaceLabels:\n    web: "pod-security.kubernetes.io/enforce=privileged,team=a"\ncharts:\n  hooked:\n    greeting: welcome\n',
    },
    {
      name: 'templated',
      priority: 5,
      pack: {
        'manifests/notes.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: notes\ndata:\n  text: {{ .Values.text | upper | quote }}\n',
        'manifests/verbatim.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: verbatim\ndata:\n  text: "{{ isset foreign }}"\n',
      },
      values: 'manifests:\n  notes:\n    text: loud\n',
      manifests: { extra: configMapYaml('extra', { a: '1' }) },
    },
  ])
  await env.applied()
  expect(env.plane.states()).toEqual({ definitions: 'Ready', widgets: 'Ready', web: 'Ready', templated: 'Ready' })
  expect(await env.find('demo.atrium.test/v1', 'Widget', 'one', 'shop')).toMatchObject({ spec: { size: 1 } })
  expect((await env.configMap('hooked', 'web'))?.data).toMatchObject({ greeting: 'welcome' })
  expect(await env.find('batch/v1', 'Job', 'prepare', 'web')).not.toBeNull()
  expect(await env.configMap('afterwards', 'web')).not.toBeNull()
  expect((await env.find('v1', 'Namespace', 'web'))?.metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'privileged',
    team: 'a',
  })
  expect((await env.configMap('notes'))?.data).toEqual({ text: 'LOUD' })
  expect((await env.configMap('verbatim'))?.data).toEqual({ text: '{{ isset foreign }}' })
  expect((await env.configMap('extra'))?.data).toEqual({ a: '1' })
})

test('a layer waits until every layer of an earlier stage is ready, and says for which; others of its stage go on', async () => {
  const stuck = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'stuck' },
    spec: {
      selector: { matchLabels: { app: 'stuck' } },
      template: { metadata: { labels: { app: 'stuck' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  })
  await env.plane.send([
    { name: 'stuck', priority: 1, manifests: { stuck } },
    { name: 'beside', priority: 1, manifests: { beside: configMapYaml('beside', {}) } },
    { name: 'later', priority: 2, manifests: { later: configMapYaml('later', {}) } },
  ])
  await expect
    .poll(() => env.plane.states())
    .toEqual({
      stuck: 'Installed',
      beside: 'Ready',
      later: 'WaitingForOtherLayers',
    })
  const { stuck: report, later } = env.plane.layers()
  await expect.poll(() => env.plane.layers().stuck?.message).toContain('0 of 1 pods are available')
  expect(env.plane.layers().stuck?.message).toMatch(/pod stuck-.*not scheduled yet.*since 20\d\d-/)
  expect(later?.message).toBe('waits until stuck is ready')
  expect(report?.startedAt).toMatch(/^20/)
  expect(await env.configMap('later')).toBeNull()
  expect(env.plane.state()?.health.state).toBe('UnHealthy')

  // Scaled to nothing by a new desired state, it is ready, and what waited goes on.
  await env.plane.send([
    { name: 'stuck', priority: 1, manifests: { stuck: stuck.replace('"spec":{', '"spec":{"replicas":0,') } },
    { name: 'beside', priority: 1, manifests: { beside: configMapYaml('beside', {}) } },
    { name: 'later', priority: 2, manifests: { later: configMapYaml('later', {}) } },
  ])
  await env.applied()
  expect(await env.configMap('later')).not.toBeNull()
})

test('a layer that cannot be installed says why and when it is tried again, and holds up no other of its stage', async () => {
  await env.plane.send([
    { name: 'broken', manifests: { bad: configMapYaml('Not_A_Name', {}) } },
    { name: 'template', pack: chart('failing', '{{ fail "values.size is required" }}') },
    {
      name: 'orphan',
      manifests: { cr: JSON.stringify({ apiVersion: 'no.such/v1', kind: 'Thing', metadata: { name: 'x' } }) },
    },
    { name: 'fine', manifests: { fine: configMapYaml('fine', {}) } },
  ])
  await expect
    .poll(() => env.plane.states())
    .toEqual({
      broken: 'Error',
      template: 'Error',
      orphan: 'Error',
      fine: 'Ready',
    })
  const { broken, template, orphan } = env.plane.layers()
  expect(broken?.message).toContain('v1 ConfigMap default/Not_A_Name')
  expect(broken?.message).toContain('next try 20')
  expect(template?.message).toContain('values.size is required')
  expect(template?.message).not.toContain('executing')
  expect(orphan?.message).toContain('serves no no.such/v1 Thing')
  expect(env.plane.isApplied()).toBe(false)
})

test('two layers cannot declare one object', async () => {
  await env.plane.send([
    { name: 'first', manifests: { a: configMapYaml('contested', { from: 'first' }) } },
    { name: 'second', manifests: { a: configMapYaml('contested', { from: 'second' }) } },
  ])
  await expect.poll(() => env.plane.states().second).toBe('Error')
  expect(env.plane.layers().second?.message).toContain('already declared by layer first')
  expect((await env.configMap('contested'))?.data).toEqual({ from: 'first' })
})
