import { type ControlPlane, startControlPlane } from '@atrium/dev-env/control-plane.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KubeClient } from '../src/client.ts'
import {
  isAlreadyExists,
  isConflict,
  isInvalid,
  isNotFound,
  KindNotServedError,
  type KubeError,
} from '../src/errors.ts'
import type { KubeObject } from '../src/object.ts'
import { requestToken } from '../src/token.ts'
import { watchResource } from '../src/watch.ts'

let plane: ControlPlane
let client: KubeClient
beforeAll(async () => {
  plane = await startControlPlane()
  client = plane.client
})
afterAll(() => plane?.stop())

const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name })

test('creates, reads, patches and deletes; errors carry reason and cause', async () => {
  await client.create(configMap('plain', { a: '1' }))
  await expect(client.create(configMap('plain'))).rejects.toSatisfy(isAlreadyExists)
  await client.patch(ref('plain'), { data: { b: '2' } }, { type: 'merge' })
  expect((await client.get(ref('plain'))).data).toEqual({ a: '1', b: '2' })
  const invalid: KubeError = await client.create(configMap('No_Such Name')).then(
    () => expect.unreachable(),
    (error) => error,
  )
  expect(isInvalid(invalid)).toBe(true)
  expect(invalid.causes[0]?.field).toBe('metadata.name')
  expect(await client.delete(ref('plain'))).toBe(true)
  expect(await client.delete(ref('plain'))).toBe(false)
  expect(await client.find(ref('plain'))).toBeNull()
  await expect(client.get(ref('plain'))).rejects.toSatisfy(isNotFound)
})

test('server-side apply: conflicts with another manager, force takes over, dry run stores nothing', async () => {
  await client.apply(configMap('owned', { a: '1' }), { fieldManager: 'one' })
  await expect(client.apply(configMap('owned', { a: '2' }), { fieldManager: 'two' })).rejects.toSatisfy(isConflict)
  const preview = await client.apply(configMap('owned', { a: '2' }), { fieldManager: 'two', force: true, dryRun: true })
  expect(preview.data).toEqual({ a: '2' })
  expect((await client.get(ref('owned'))).data).toEqual({ a: '1' })
  await client.apply(configMap('owned', { a: '2' }), { fieldManager: 'two', force: true })
  expect((await client.get(ref('owned'))).data).toEqual({ a: '2' })
})

test('lists in pages and by label, with the type of each item, or metadata alone', async () => {
  for (let i = 0; i < 7; i++) {
    const object = configMap(`page-${i}`, { big: 'x' })
    await client.create({ ...object, metadata: { ...object.metadata, labels: { set: 'pages' } } })
  }
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', labelSelector: 'set=pages' }
  const first = await client.listPage(query, '', 3)
  expect(first.items).toHaveLength(3)
  expect(first.next).not.toBe('')
  expect((await client.list(query)).items.map((item) => item.kind)).toEqual(Array(7).fill('ConfigMap'))
  const slim = await client.list({ ...query, metadataOnly: true })
  expect(slim.items[0]?.metadata.name).toBe('page-0')
  expect(slim.items[0]?.data).toBeUndefined()
})

test('a kind is found as soon as its definition is served', async () => {
  const type = { apiVersion: 'demo.atrium.test/v1', kind: 'Widget' }
  await expect(client.mapper.resolve(type)).rejects.toThrow(KindNotServedError)
  await client.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.demo.atrium.test' },
    spec: {
      group: 'demo.atrium.test',
      scope: 'Cluster',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  })
  await expect
    .poll(() => client.mapper.resolve(type).catch(() => null))
    .toMatchObject({ resource: 'widgets', namespaced: false })
})

test('a watch reports what is there, what changes and what goes; also what went during a break', async () => {
  const seen: string[] = []
  await client.create(configMap('watched-before'))
  const watcher = new KubeClient({ config: plane.config, clock: systemClock })
  const watch = watchResource({
    client: watcher,
    query: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
    },
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    onObject: (change, object) => seen.push(`${change} ${object.metadata.name}`),
  })
  await watch.synced
  expect(seen).toContain('present watched-before')
  await client.create(configMap('watched-later'))
  await expect.poll(() => seen).toContain('present watched-later')
  await client.delete(ref('watched-later'))
  await expect.poll(() => seen).toContain('gone watched-later')
  await watch.stop()
  await watcher.close()
})

test('a token bound to a service account authenticates as it', async () => {
  await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } })
  const { token } = await requestToken(client, {
    namespace: 'default',
    serviceAccount: 'robot',
    expirationSeconds: 600,
  })
  const { clientCertificatePem: _certificate, clientKeyPem: _key, ...config } = plane.config
  const source = { current: async () => token, refresh: () => undefined }
  const robot = new KubeClient({ config: { ...config, token: source }, clock: systemClock })
  const denied: KubeError = await robot.get(ref('owned')).then(
    () => expect.unreachable(),
    (error) => error,
  )
  expect(denied.status).toBe(403)
  expect(denied.message).toContain('system:serviceaccount:default:robot')
  await robot.close()
})
