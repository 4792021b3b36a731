import type { KubeObject } from '@atrium/kube/object.ts'
import { expect, test } from 'vitest'
import { textsOf } from './object-text.ts'

test('shows what people declare, in one order of keys', () => {
  const live = {
    ...{ status: { ready: true }, kind: 'ConfigMap', data: { b: '2', a: '1' }, apiVersion: 'v1' },
    metadata: {
      ...{ name: 'one', uid: 'u', resourceVersion: '7', managedFields: [], generation: 3, labels: { team: 'a' } },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"0"}}' },
    },
  } as KubeObject
  const expected =
    'apiVersion: v1\ndata:\n  a: "1"\n  b: "2"\nkind: ConfigMap\nmetadata:\n  labels:\n    team: a\n  name: one\n'
  expect(textsOf(live, live)).toEqual([expected, expected])
})

test('of values of a Secret it shows only which are others', () => {
  const secret = (fields: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    ...fields,
  })
  const live = secret({ data: { same: 'YQ==', other: 'Yg==', gone: 'Yw==' } })
  const [before, after] = textsOf(live, secret({ data: { same: 'YQ==' }, stringData: { other: 'x', fresh: 'y' } }))
  const masked = (lines: string[]): string =>
    ['apiVersion: v1', 'data:', ...lines, 'kind: Secret', 'metadata:', '  name: s', ''].join('\n')
  expect(before).toBe(masked(['  gone: "[secret]"', '  other: "[secret]"', '  same: "[secret]"']))
  expect(after).toBe(masked(['  fresh: "[secret]"', '  other: "[secret, another one]"', '  same: "[secret]"']))
})
