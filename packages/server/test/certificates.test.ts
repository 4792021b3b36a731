import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

const actor = { type: 'system', uid: 'test', name: 'test' } as const
let api: TestApi
let made: MadeCluster
let path: string
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
  path = `/v1/spectroclusters/${made.cluster}/k8certificates`
})
afterAll(() => api.close())

const since = async (): Promise<string | undefined> => {
  const read = (uid: string) => api.context.store.transaction(made.tenant, actor, (tx) => tx.get('Cluster', uid))
  return (await read(made.cluster))?.spec.certificatesSince
}

test('none are told while the cloud tells of none, and none can be renewed', async () => {
  expect((await made.call(`GET ${path}`)).body).toEqual({ machineCertificates: [] })
  const { status, body } = await made.call(`PATCH ${path}/renew`)
  expect([status, body.code]).toEqual([409, 'InvalidState'])
  const imported = await made.call('POST /v1/spectroclusters/generic/import', {
    body: { metadata: { name: 'theirs' }, spec: {} },
  })
  const theirs = await made.call(`PATCH /v1/spectroclusters/${imported.body.uid}/k8certificates/renew`)
  expect(theirs.text).toContain('it was imported')
  expect(await since()).toBeUndefined()
})

test('they are told by machine of the control plane, and asked to be renewed by whoever may change the cluster', async () => {
  const list = ['ca', 'apiserver', 'admin'].map((name) => ({ name, expiresAt: '2036-01-01T00:00:00.000Z' }))
  await api.context.store.transaction(made.tenant, actor, async (tx) => {
    await tx.updateStatus('Cluster', made.cluster, { status: { certificates: { renewedFor: '', list } } })
    const owner = { kind: 'Cluster', uid: made.cluster }
    for (const [pool, isControlPlane] of [
      ['cp', true],
      ['workers', false],
    ] as const) {
      const spec = { clusterUid: made.cluster, pool, isControlPlane }
      await tx.create({ kind: 'Machine', project: made.project, name: `one-${pool}-0`, owner, spec })
    }
  })
  const told = (name: string) => ({ name, expiry: '2036-01-01T00:00:00.000Z' })
  const authority = { ...told('ca'), certificates: [told('apiserver'), told('admin')] }
  expect((await made.call(`GET ${path}`)).body).toEqual({
    machineCertificates: [{ name: 'one-cp-0', certificateAuthorities: [authority] }],
  })
  const { call: viewer } = await api.newUser(made.tenant, [{ role: 'Project Viewer', project: made.project }])
  expect((await viewer(`PATCH ${path}/renew`)).status).toBe(403)
  expect(await since()).toBeUndefined()
  expect((await made.call(`PATCH ${path}/renew`)).status).toBe(204)
  expect(await since()).toMatch(/^\d{4}-.*Z$/)
})
