import { afterEach, describe, expect, it } from 'vitest'
import { demoSpec, running, tenant, user, type World } from '../testing/world.ts'

let world: World
afterEach(() => world.stop())

const names = async (): Promise<string[]> => (await world.machines()).map((machine) => machine.meta.name)
const nodeDeviations = async () =>
  ((await world.must()).status.deviations ?? []).filter((deviation) => deviation.type === 'node')

describe('machines', () => {
  it.each(['off', 'gone'] as const)(
    'policy heal: a worker that is %s is replaced, and its remains are cleared up',
    async (power) => {
      world = await running()
      const providerId = `local://${world.uid}/demo-worker-0`
      world.kube.put({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'demo-worker-0' },
        spec: { providerID: providerId },
      })
      for (const [name, nodeName] of [
        ['stuck', 'demo-worker-0'],
        ['fine', 'demo-worker-1'],
      ])
        world.kube.put({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: name ?? '', namespace: 'default' },
          spec: { nodeName },
        })
      world.cloud.power(world.uid, 'demo-worker-0', power)
      const from = world.clock.now()
      await world.until(async () => (await nodeDeviations()).length === 1, 20_000)
      expect(world.clock.now() - from).toBeLessThanOrEqual(16_000)
      expect((await nodeDeviations())[0]).toMatchObject({ action: 'heal', state: 'open', object: 'Node demo-worker-0' })
      await world.until(async () => (await names()).join() === 'demo-cp-0,demo-worker-1,demo-worker-2')
      await world.untilShown('Running-Healthy')
      expect((await nodeDeviations()).map((deviation) => deviation.state)).toEqual(['repaired'])
      expect(world.kube.get('Node', '', 'demo-worker-0')).toBeUndefined()
      expect(world.kube.get('Pod', 'default', 'stuck')).toBeUndefined()
      expect(world.kube.get('Pod', 'default', 'fine')).toBeDefined()
    },
  )

  it('policy alert: reports it and leaves it; a machine that is started again closes the alert', async () => {
    world = await running(demoSpec({ policy: { drift: 'heal', nodes: 'alert' } }))
    world.cloud.power(world.uid, 'demo-worker-0', 'off')
    await world.until(async () => (await nodeDeviations()).length === 1)
    await world.until(async () => (await world.condition('MachinesReady'))?.status === 'False')
    expect(await world.condition('MachinesReady')).toMatchObject({ reason: 'MachineUnhealthy' })
    expect(await world.shown()).toBe('Running-UnHealthy')
    await world.clock.advance(120_000)
    expect(await names()).toEqual(['demo-cp-0', 'demo-worker-0', 'demo-worker-1'])
    const { items } = await world.store.transaction(tenant, user, (tx) =>
      tx.events({ kind: 'Cluster', uid: world.uid }, { limit: 5 }),
    )
    expect(items.map((event) => event.reason)).toContain('NodeUnhealthy')
    world.cloud.power(world.uid, 'demo-worker-0', 'on')
    await world.untilShown('Running-Healthy')
    expect((await nodeDeviations()).map((deviation) => deviation.state)).toEqual(['repaired'])
  })

  it('a short interruption within the grace is neither replaced nor reported', async () => {
    world = await running()
    world.cloud.power(world.uid, 'demo-worker-0', 'off')
    await world.until(async () => (await world.condition('MachinesReady'))?.status === 'False')
    world.cloud.power(world.uid, 'demo-worker-0', 'on')
    await world.clock.advance(60_000)
    expect(await names()).toEqual(['demo-cp-0', 'demo-worker-0', 'demo-worker-1'])
    expect(await nodeDeviations()).toEqual([])
    expect(await world.shown()).toBe('Running-Healthy')
  })

  it('a node that the agent could not list, for there are too many, is not taken for one that left', async () => {
    world = await running()
    if (world.agent) world.agent.unlisted = 'demo-worker-0'
    await world.clock.advance(120_000)
    expect((await world.must()).status.nodes).toHaveLength(2)
    expect(await names()).toEqual(['demo-cp-0', 'demo-worker-0', 'demo-worker-1'])
    expect(await nodeDeviations()).toEqual([])
  })

  it('is replaced also while the agent is silent, since it may have run on that very machine', async () => {
    world = await running()
    if (world.agent) world.agent.alive = false
    world.cloud.power(world.uid, 'demo-worker-1', 'off')
    await world.until(async () => (await names()).join() === 'demo-cp-0,demo-worker-0,demo-worker-2')
  })

  it('a machine of the control plane is reported and never replaced', async () => {
    world = await running()
    world.cloud.power(world.uid, 'demo-cp-0', 'off')
    await world.until(async () => (await nodeDeviations()).length === 1)
    await world.clock.advance(60_000)
    expect(await names()).toContain('demo-cp-0')
    expect(await world.condition('MachinesReady')).toMatchObject({ reason: 'ControlPlaneMachineUnhealthy' })
    expect((await nodeDeviations())[0]).toMatchObject({ action: 'alert' })
  })
})
