import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { maintenanceMark } from '@atrium/api/link/desired-state.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

const actor = { type: 'system', uid: 'test', name: 'test' } as const
let api: TestApi
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  made = await newCluster(api)
})

const stored = () => api.context.store.transaction(made.tenant, actor, (tx) => tx.get('Cluster', made.cluster))
/** As an agent tells of it; `done`: it has done what was asked of each node. */
async function report(uid: string, names: string[], done = false): Promise<void> {
  const asked = (await stored())?.spec.maintenance ?? []
  const nodes = names.map((name) => {
    const request = done ? asked.find(({ node }) => node === name) : undefined
    return {
      ...{ name, providerId: name, ready: true, message: '', notReadySince: null },
      ...(request?.action === 'cordon' && { unschedulable: true as const }),
      ...(request && { maintenance: { done: maintenanceMark(request), problem: '' } }),
    }
  })
  const agent = { enrolled: true, connected: true, version: '', lastHeartbeatAt: null, podName: '', sessionEpoch: 0 }
  const metrics = { nodesTotal: nodes.length } as NonNullable<ClusterStatus['metrics']>
  await api.context.store.transaction(made.tenant, actor, (tx) =>
    tx.updateStatus('Cluster', uid, { status: { nodes, agent, metrics } }),
  )
}
const newMachine = (name: string) =>
  api.context.store.transaction(made.tenant, actor, async (tx) => {
    const spec = { clusterUid: made.cluster, pool: 'workers', isControlPlane: false }
    const owner = { kind: 'Cluster', uid: made.cluster }
    return (await tx.create({ kind: 'Machine', project: made.project, name, owner, spec })).meta.uid
  })
const machines = (uid: string, pool = 'workers') =>
  `/v1/cloudconfigs/cloudTypes/local/${made.config}/machinePools/${pool}/machines/${uid}`
const ask = (uid: string, body: object, pool = 'workers', cloud = 'local', config = made.config) =>
  made.call(`PUT /v1/cloudconfigs/${cloud}/${config}/machinePools/${pool}/machines/${uid}/maintenance`, { body })

test('a machine is put into maintenance and taken out of it, and tells how far that is', async () => {
  const machine = await newMachine('one-workers-0')
  await report(made.cluster, ['one-workers-0'])
  const told = async () => (await made.call(`GET ${machines(machine)}`)).body.status.maintenanceStatus
  expect(await told()).toMatchObject({ action: '', state: '' })
  expect((await ask(machine, { action: 'cordon' })).status).toBe(204)
  expect(await told()).toMatchObject({ action: 'cordon', state: 'InProgress' })
  await report(made.cluster, ['one-workers-0'], true)
  expect(await told()).toMatchObject({ action: 'cordon', state: 'Completed' })
  expect((await ask(machine, { action: 'uncordon' })).status).toBe(204)
  expect(await told()).toMatchObject({ action: 'uncordon', state: 'InProgress' })
  expect((await stored())?.spec.maintenance).toMatchObject([{ node: 'one-workers-0', action: 'uncordon' }])
})

test('the nodes of an imported cluster are its machines; one that is only watched is left alone', async () => {
  for (const [clusterConfig, status] of [
    [{}, 204],
    [{ importMode: 'read-only' }, 409],
  ] as const) {
    const body = { metadata: { name: `theirs-${status}` }, spec: { clusterConfig } }
    const { uid } = (await made.call('POST /v1/spectroclusters/generic/import', { body })).body
    await report(uid, ['a', 'b'])
    const config = (await made.call(`GET /v1/spectroclusters/${uid}`)).body.spec.cloudConfigRef.uid
    const pool = `/v1/cloudconfigs/generic/${config}/machinePools/any/machines`
    const [, second] = (await made.call(`GET ${pool}`)).body.items
    const answer = await ask(second.metadata.uid, { action: 'cordon' }, 'any', 'generic', config)
    expect([answer.status, answer.text]).toEqual([status, status === 204 ? '' : expect.stringContaining('read-only')])
    const { maintenanceStatus } = (await made.call(`GET ${pool}/${second.metadata.uid}`)).body.status
    expect(maintenanceStatus.action).toBe(status === 204 ? 'cordon' : '')
  }
})

test('what names no machine of the pool, or no action, is refused; a viewer may look alone', async () => {
  const machine = await newMachine('one-workers-1')
  const { body } = await ask(machine, {})
  expect([body.code, body.details.field]).toEqual(['InvalidRequest', 'action'])
  expect((await ask(machine, { action: 'drain' })).status).toBe(400)
  for (const answer of [await ask(machine, { action: 'cordon' }, 'cp'), await ask(made.cluster, { action: 'cordon' })])
    expect([answer.status, answer.body.code]).toEqual([404, 'ResourceNotFound'])
  const { call } = await api.newUser(made.tenant, [{ role: 'Project Viewer', project: made.project }])
  const path = `PUT /v1/cloudconfigs/local/${made.config}/machinePools/workers/machines/${machine}/maintenance`
  expect((await call(path, { body: { action: 'cordon' } })).status).toBe(403)
  expect((await stored())?.spec.maintenance).toBeUndefined()
})

test('going back to a former revision changes no node', async () => {
  const machine = await newMachine('one-workers-2')
  await ask(machine, { action: 'cordon' })
  const asked = (await stored())?.spec.maintenance
  const policy = (drift: string) =>
    made.call(`PUT /atrium/v1/clusters/${made.cluster}/policy`, { body: { drift, nodes: 'alert' } })
  expect((await policy('alert')).status).toBe(204)
  const back = await made.call(`POST /atrium/v1/clusters/${made.cluster}/rollback`, { body: { to: 1 } })
  expect(back.status, back.text).toBe(200)
  const { spec } = (await stored()) ?? {}
  expect([spec?.policy.drift, spec?.maintenance]).toEqual(['heal', asked])
})

test('nothing waits to be repaved: its status says so, and there is nothing to approve', async () => {
  const status = await made.call(`GET /v1/spectroclusters/${made.cluster}/repave/status`)
  expect(status.body.status).toEqual({ state: 'Approved', message: 'Nothing waits to be approved.' })
  const { body } = await made.call(`PATCH /v1/spectroclusters/${made.cluster}/repave/approve`)
  expect([body.code, body.message]).toEqual(['InvalidState', expect.stringContaining('as soon as that is declared')])
})
