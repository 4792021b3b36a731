import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { explainCluster } from '@atrium/server/apiserver/explain/explain.ts'
import { demoSpec, running, user, World } from '@atrium/server/controllers/testing/world.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { newCluster, openClusterApi } from './support/clusters.ts'

let world: World
afterEach(() => world?.stop())

const explain = async () => {
  const [cluster, machines] = [await world.must(), await world.machines()]
  return explainCluster({ cluster, machines, accountName: '', heartbeatAt: null, now: world.clock.now() })
}
/** Waits until the root cause has this reason, and answers the explanation. */
async function untilCause(reason: string) {
  await world.until(async () => (await explain()).causes[0]?.reason === reason)
  return explain()
}
const follows = ({ consequences }: Awaited<ReturnType<typeof explain>>): string[] =>
  consequences.map(({ condition, follows: cause }) => `${condition} of ${cause}`)

describe('what a controller wrote is explained', () => {
  test('on the way up there is always one thing that is waited for, and at the end none', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    const areas = new Set<string>()
    await world.until(async () => {
      const { ready, causes } = await explain()
      expect(ready).toBe(causes.length === 0)
      if (causes[0]) areas.add(causes[0].area)
      return (await world.shown()) === 'Running-Healthy'
    })
    expect([...areas]).toEqual(expect.arrayContaining(['controlPlane', 'layers']))
    expect(await explain()).toMatchObject({ ready: true, serves: true, causes: [], consequences: [] })
  })

  test('a refusal of the cloud, in its own words', async () => {
    world = new World()
    world.cloud.applyFailure = new ProviderError('user', 'NoSuchNetwork', 'network n1 does not exist', 'Create it.')
    world.startPlane()
    await world.createCluster()
    const told = await untilCause('ProviderRefused')
    expect(told.causes).toHaveLength(1)
    expect(told.causes[0]).toMatchObject({
      ...{ area: 'cloud', message: 'network n1 does not exist', nextStep: 'Create it.', needsPerson: true },
    })
    expect(told.consequences.map(({ condition }) => condition)).toContain('AgentReady')
  })

  test('a profile without a Kubernetes layer', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster(demoSpec({ profiles: [] }))
    const told = await untilCause('ProfilesMissing')
    expect(told.causes).toHaveLength(1)
    expect(follows(told)).toContain('InfrastructureReady of ProfileResolved')
  })

  test('an agent that is cut off', async () => {
    world = await running()
    if (world.agent) world.agent.alive = false
    const told = await untilCause('AgentDisconnected')
    expect(told).toMatchObject({ ready: false, serves: false, causes: [{ area: 'agent' }] })
    expect(follows(told)).toEqual(['LayersReady of AgentReady', 'InSync of AgentReady'])
  })

  test('a stopped machine that is only reported', async () => {
    world = await running(demoSpec({ policy: { drift: 'heal', nodes: 'alert' } }))
    world.cloud.power(world.uid, 'demo-worker-0', 'off')
    const told = await untilCause('MachineUnhealthy')
    expect(told.causes).toHaveLength(1)
    expect(told.causes[0]?.about[0]).toMatch(/^Machine demo-worker-0: /)
    await world.until(async () => follows(await explain()).includes('InSync of MachinesReady'))
    expect((await explain()).causes).toHaveLength(1)
  })

  test('a layer that cannot be installed', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    if (world.agent) world.agent.broken = 'hello'
    const told = await untilCause('LayerFailed')
    expect(told.causes[0]).toMatchObject({ area: 'layers', needsPerson: true })
    expect(told.causes[0]?.about).toContain('Layer hello: no such image')
  })

  test('a deletion that the cloud blocks', async () => {
    world = await running()
    world.cloud.applyFailure = new ProviderError('user', 'InUse', 'the network is in use', 'Remove the port.')
    await world.delete()
    const told = await untilCause('DeletionBlocked')
    expect(told.causes[0]).toMatchObject({ area: 'deletion', message: 'the network is in use', needsPerson: true })
    expect(told.causes[0]?.nextStep).toMatch(/^Remove the port\./)
  })
})

test('asked over the API, a cluster that no controller has looked at says so', async () => {
  const api = await openClusterApi()
  try {
    const { call, cluster, tenant: own } = await newCluster(api)
    const path = `GET /atrium/v1/clusters/${cluster}/explain`
    const told = await call(path)
    expect(told.status, told.text).toBe(200)
    expect(told.body).toMatchObject({ ready: false, causes: [{ area: 'plane', reason: 'NotLookedAt' }] })

    const silent = '2026-01-01T00:00:00.000Z'
    const condition = (type: string, status: 'True' | 'False', reason: string) => ({
      ...{ type, status, reason, message: 'm', lastTransitionTime: silent, observedGeneration: 1 },
    })
    await api.context.store.transaction(own, user, (tx) =>
      tx.updateStatus('Cluster', cluster, {
        conditions: [
          condition('InfrastructureReady', 'False', 'QuotaExceeded'),
          condition('Ready', 'False', 'QuotaExceeded'),
        ],
      }),
    )
    const { causes } = (await call(path)).body
    expect(causes).toEqual([
      expect.objectContaining({ condition: 'InfrastructureReady', about: ['Cloud account mine'] }),
    ])
    const stranger = await api.newTenant()
    expect((await stranger.call(path)).status).toBe(404)
  } finally {
    await api.close()
  }
})
