import { type ControlPlane, startControlPlane } from '@atrium/dev-env/control-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeClient } from '../src/client.ts'
import { findDrift } from '../src/drift.ts'
import { type KubeObject, refOf } from '../src/object.ts'

let plane: ControlPlane
let client: KubeClient
beforeAll(async () => {
  plane = await startControlPlane()
  client = plane.client
})
afterAll(() => plane?.stop())

const fieldManager = 'atrium-agent'
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
        ],
      },
    },
  },
}
const drift = (object: KubeObject) => findDrift(client, object, { fieldManager })
const patch = (object: KubeObject, change: object) =>
  client.patch(refOf(object), change, { type: 'strategic', fieldManager: 'somebody' })

test('defaults, unit formats, foreign fields and list order are no drift', async () => {
  await client.apply(deployment, { fieldManager })
  expect(await drift(deployment)).toEqual({ state: 'same' })
  await patch(deployment, { metadata: { annotations: { 'example.com/note': 'mine' }, labels: { theirs: 'yes' } } })
  await patch(deployment, { spec: { replicas: 4 } })
  await patch(deployment, {
    spec: { template: { spec: { containers: [{ name: 'web', resources: { limits: { cpu: '1', memory: '1Gi' } } }] } } },
  })
  await client.patch(
    refOf(deployment),
    [
      {
        op: 'replace',
        path: '/spec/template/spec/containers/0/env',
        value: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
    ],
    { type: 'json' },
  )
  expect(await drift(deployment)).toEqual({ state: 'same' })
})

test('a changed declared field is drift, and applying the declaration ends it', async () => {
  await client.apply(deployment, { fieldManager, force: true })
  await patch(deployment, { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:evil' }] } } } })
  expect(await drift(deployment)).toEqual({
    state: 'changed',
    toApply: deployment,
    changedBy: 'somebody',
    differences: [{ path: '/spec/template/spec/containers[name=web]/image', live: 'web:evil', desired: 'web:1' }],
  })
  await client.apply(deployment, { fieldManager, force: true })
  expect(await drift(deployment)).toEqual({ state: 'same' })
})

test('a removed declared label is drift', async () => {
  await client.apply(deployment, { fieldManager, force: true })
  await patch(deployment, { metadata: { labels: { app: null } } })
  expect(await drift(deployment)).toMatchObject({
    differences: [{ path: '/metadata/labels/app', live: null, desired: 'web' }],
  })
})

test('an immutable field that differs is drift, not an error', async () => {
  const other = structuredClone(deployment)
  other.metadata.name = 'immutable'
  await client.apply(other, { fieldManager: 'somebody' })
  const declared = structuredClone(other)
  declared.spec = { ...(other.spec as object), selector: { matchLabels: { app: 'web', tier: 'front' } } }
  expect(await drift(declared)).toMatchObject({
    state: 'changed',
    differences: [{ path: '/spec/selector/matchLabels/tier', live: null, desired: 'front' }],
  })
})

test('secrets show that they differ, not what they hold; deleted objects and namespaces are deleted', async () => {
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'default' },
    stringData: { password: 'correct-horse' },
  }
  await client.apply(secret, { fieldManager })
  expect(await drift(secret)).toEqual({ state: 'same' })
  await client.patch(refOf(secret), { data: { password: Buffer.from('other').toString('base64') } }, { type: 'merge' })
  const found = await drift(secret)
  expect(found).toMatchObject({
    state: 'changed',
    differences: [{ path: '/data/password', live: '[secret]', desired: '[secret]' }],
  })
  await client.delete(refOf(secret))
  expect(await drift(secret)).toEqual({ state: 'deleted' })
  expect(await drift({ ...secret, metadata: { name: 'keys', namespace: 'nowhere' } })).toEqual({ state: 'deleted' })
})
