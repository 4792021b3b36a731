import type { KubeObject } from '@atrium/kube/object.ts'
import { expect, test } from 'vitest'
import { restartsOf } from './restarts.ts'

const workload = (kind: string, image: string, spec: object = {}): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name: 'web' } },
  spec: { ...spec, template: { spec: { containers: [{ name: 'web', image }] } } },
})

test.each<[string, object, RegExp | '']>([
  ['Deployment', { replicas: 2 }, /step by step/],
  ['Deployment', { replicas: 2, strategy: { type: 'Recreate' } }, /all pods stop/],
  ['Deployment', { replicas: 0 }, ''],
  ['StatefulSet', { updateStrategy: { type: 'RollingUpdate' } }, /one after another/],
  ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, /somebody deletes them/],
  ['CronJob', {}, ''],
])('another pod template of a %s with %j', (kind, spec, expected) => {
  const restarts = restartsOf(workload(kind, 'web:1', spec), workload(kind, 'web:2', spec))
  if (expected === '') expect(restarts).toBe('')
  else expect(restarts).toMatch(expected)
  expect(restartsOf(workload(kind, 'web:1', spec), workload(kind, 'web:1', { ...spec, paused: true }))).toBe('')
})
