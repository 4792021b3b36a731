import { expect, test } from 'vitest'
import { differences, maskDifferences } from './difference.ts'
import type { KubeObject } from './object.ts'

const object = (fields: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x', ...metadata },
  ...fields,
})
const paths = (live: KubeObject, desired: KubeObject): string[] => differences(live, desired).map((item) => item.path)

test('what the server keeps for itself is no difference', () => {
  const live = object({ status: { a: 1 } }, { resourceVersion: '5', generation: 3, managedFields: [{ manager: 'x' }] })
  expect(differences(live, object({ status: { a: 2 } }, { resourceVersion: '6', generation: 4 }))).toEqual([])
})

test('names each differing place with both values', () => {
  const live = object({ spec: { replicas: 5, gone: true } }, { labels: { 'a/b': '1' } })
  const desired = object({ spec: { replicas: 2, added: 'x' } }, { labels: { 'a/b': '2' } })
  expect(differences(live, desired)).toEqual([
    { path: '/metadata/labels/a~1b', live: '1', desired: '2' },
    { path: '/spec/replicas', live: 5, desired: 2 },
    { path: '/spec/gone', live: true, desired: null },
    { path: '/spec/added', live: null, desired: 'x' },
  ])
})

test('keyed lists compare by key, so their order is no difference', () => {
  const live = object({
    spec: {
      containers: [
        { name: 'b', image: '1' },
        { name: 'a', image: '1' },
      ],
    },
  })
  const desired = object({
    spec: {
      containers: [
        { name: 'a', image: '2' },
        { name: 'b', image: '1' },
      ],
    },
  })
  expect(paths(live, desired)).toEqual(['/spec/containers[name=a]/image'])
})

test('order that is behaviour is a difference: arguments, init containers', () => {
  expect(paths(object({ args: ['a', 'b'] }), object({ args: ['b', 'a'] }))).toEqual(['/args/0', '/args/1'])
  const inits = (names: string[]) => object({ initContainers: names.map((name) => ({ name })) })
  expect(paths(inits(['a', 'b']), inits(['b', 'a']))).not.toEqual([])
})

test('amounts compare by what they stand for, other texts by their letters', () => {
  const amount = (cpu: unknown) => object({ spec: { resources: { limits: { cpu, 'example.com/gpu': 1 } } } })
  expect(paths(amount('1000m'), amount('1'))).toEqual([])
  expect(paths(amount('1000m'), amount(1))).toEqual([])
  expect(paths(amount('900m'), amount('1'))).toHaveLength(1)
  expect(paths(object({ size: '1Gi' }), object({ size: '1024Mi' }))).toEqual([])
  expect(paths(object({ version: '1.0' }), object({ version: '1' }))).toEqual(['/version'])
})

test('absent and empty are the same, unless it is known that an empty object was declared', () => {
  expect(paths(object({ a: {}, b: [] }), object({}))).toEqual([])
  expect(paths(object({ b: [] }), object({ a: {} }))).toEqual([])
  const owned = { 'f:a': { '.': {} }, 'f:b': {} }
  expect(differences(object({ b: [] }), object({ a: {} }), owned).map(({ path }) => path)).toEqual(['/a'])
})

test('differences of others are left out: beside declared fields, in merged lists, in values declared empty', () => {
  const live = object({
    spec: { mine: 1, theirs: 1, tags: ['x', 'a'], parts: [{ id: 'p' }, { id: 'q' }], empty: { a: 1 } },
  })
  const desired = object({
    spec: { mine: 2, theirs: 2, tags: ['a', 'b'], parts: [{ id: 'q', to: 1 }], empty: { a: 2 } },
  })
  const owned = {
    'f:spec': {
      'f:mine': {},
      'f:tags': { 'v:"a"': {}, 'v:"b"': {} },
      'f:parts': { 'k:{"id":"q"}': { '.': {}, 'f:to': {} } },
      'f:empty': { '.': {} },
    },
  }
  expect(differences(live, desired, owned).map(({ path }) => path)).toEqual([
    '/spec/mine',
    '/spec/tags[b]',
    '/spec/parts[id=q]/to',
  ])
})

test('a value declared empty that the server empties again is ours, whatever others put into it', () => {
  const owned = { 'f:spec': { 'f:selector': { '.': {} }, 'f:nodes': { '.': {} } } }
  const live = object({ spec: { selector: { app: 'one' }, nodes: { disk: 'slow' } } })
  const found = differences(live, object({ spec: { selector: {} } }), owned)
  expect(found.map(({ path }) => path)).toEqual(['/spec/selector/app', '/spec/nodes/disk'])
})

test('a list that the server takes for one value has an order, also when its items have names', () => {
  const steps = (...names: string[]) => object({ steps: names.map((name) => ({ name })) })
  expect(differences(steps('a', 'b'), steps('b', 'a'), { 'f:steps': {} })).toEqual([
    { path: '/steps', live: ['a', 'b'], desired: ['b', 'a'] },
  ])
  const keyed = { 'f:steps': { 'k:{"name":"a"}': {}, 'k:{"name":"b"}': {} } }
  expect(differences(steps('a', 'b'), steps('b', 'a'), keyed)).toEqual([])
})

test('variables have an order once one uses another', () => {
  const env = (...values: string[]) => object({ env: values.map((value) => ({ name: value.at(-1), value })) })
  expect(paths(env('a', 'b'), env('b', 'a'))).toEqual([])
  expect(
    paths(
      object({
        env: [
          { name: 'b', value: '$(a)' },
          { name: 'a', value: '1' },
        ],
      }),
      object({
        env: [
          { name: 'a', value: '1' },
          { name: 'b', value: '$(a)' },
        ],
      }),
    ),
  ).toEqual(['/env'])
})

test('texts that look like amounts are texts', () => {
  const texts = (size: string): KubeObject => ({ ...object({ data: { size } }), kind: 'ConfigMap' })
  expect(paths(texts('1Gi'), texts('1024Mi'))).toEqual(['/data/size'])
  const labels = (size: string) => object({}, { labels: { size } })
  expect(paths(labels('1Gi'), labels('1024Mi'))).toEqual(['/metadata/labels/size'])
})

test('never lists more than 100 places, never shows a secret or an endless value', () => {
  const many = (value: number) =>
    object({ data: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, value])) })
  expect(differences(many(1), many(2))).toHaveLength(100)
  const masked = maskDifferences('Secret', [
    { path: '/data/password', live: 'aGVsbG8=', desired: null },
    { path: '/metadata/labels/a', live: 'x', desired: 'y' },
    {
      path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
      live: '{"data"…',
      desired: null,
    },
  ])
  expect(masked.map((item) => item.live)).toEqual(['[secret]', 'x', '[secret]'])
  const long = maskDifferences('ConfigMap', [{ path: '/data/a', live: 'x'.repeat(10_000), desired: 'y' }])
  expect(String(long[0]?.live).length).toBeLessThan(2_100)
})
