import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnv, chart } from './support/agent-env.ts'
import { widgetDefinition } from './support/chart-texts.ts'

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const group = 'crds.atrium.test'
const widget = `apiVersion: ${group}/v1\nkind: Widget\nmetadata: { name: one }\n`
const charted = (name: string, ...fields: string[]): LayerDraft => ({
  name,
  pack: chart(name, widget, { 'crds/widgets.yaml': widgetDefinition(group, ...fields) }),
  values: `pack:\n  namespace: ${name}\n`,
})
const find = () => env.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `widgets.${group}`)
const fields = async (): Promise<string[]> => Object.keys(JSON.parse(JSON.stringify(await find(), onlySchema)) ?? {})
const onlySchema = (key: string, value: unknown): unknown =>
  key === ''
    ? (value as { spec?: { versions: { schema: { openAPIV3Schema: { properties: object } } }[] } } | null)?.spec
        ?.versions[0]?.schema.openAPIV3Schema.properties
    : value
const stays = "stays: it came with a chart's crds/"
const told = () =>
  env.plane.reports.flatMap((one) => (one.type === 'events' ? one.items : [])).map((item) => item.message)

test("a chart's definitions are made before its objects, and put back when they are deleted", async () => {
  await env.plane.send([charted('one', 'size')])
  await env.applied()
  expect(await fields()).toEqual(['size'])
  const before = (await find())?.metadata.uid
  await env.client.delete({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: `widgets.${group}`,
  })
  await expect.poll(async () => ![undefined, before].includes((await find())?.metadata.uid)).toBe(true)
  await expect.poll(() => env.find(`${group}/v1`, 'Widget', 'one', 'one')).not.toBeNull()
})

test('a new version of the chart brings new definitions', async () => {
  await env.plane.send([charted('one', 'size', 'color')])
  await env.applied()
  expect((await fields()).sort()).toEqual(['color', 'size'])
  await env.plane.send([charted('one', 'color')])
  await env.applied()
  expect(await fields()).toEqual(['color'])
})

test('definitions of a chart inside the chart are left to helm, which knows which are wanted; removal leaves them and says so', async () => {
  const inner = (name: string): Record<string, string> => ({
    [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`charts/${name}/crds/widgets.yaml`]: widgetDefinition(`${name}.inner.test`, 'size'),
  })
  const dependencies = ['wanted', 'unwanted'].map((name) => ({ name, version: '1.0.0', condition: `${name}.enabled` }))
  const outer: LayerDraft = {
    name: 'outer',
    pack: {
      ...chart('outer', '', { ...inner('wanted'), ...inner('unwanted') }),
      'charts/outer/Chart.yaml': JSON.stringify({ apiVersion: 'v2', name: 'outer', version: '1.0.0', dependencies }),
    },
    values: 'charts:\n  outer:\n    unwanted: { enabled: false }\n',
  }
  await env.plane.send([charted('one', 'color'), outer])
  await env.applied()
  const named = (name: string) =>
    env.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `widgets.${name}.inner.test`)
  expect(await named('wanted')).not.toBeNull()
  expect(await named('unwanted')).toBeNull()
  await env.plane.send([charted('one', 'color')])
  await env.applied()
  expect(await named('wanted')).not.toBeNull()
  await expect.poll(told).toContainEqual(expect.stringContaining(`widgets.wanted.inner.test ${stays}`))
  expect(told()).not.toContainEqual(expect.stringContaining('widgets.unwanted.inner.test'))
})

test('a definition that another layer brings too is left to the first; removal leaves it and says so', async () => {
  await env.plane.send([charted('one', 'color'), charted('two', 'weight')])
  await env.applied()
  await expect.poll(fields).toEqual(['color'])
  await env.plane.send([])
  await env.applied()
  expect(await find()).not.toBeNull()
  await expect.poll(told).toContainEqual(expect.stringContaining(`widgets.${group} ${stays}`))
})
