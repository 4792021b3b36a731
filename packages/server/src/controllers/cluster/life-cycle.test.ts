import assert from 'node:assert/strict'
import { Doom } from '@atrium/runtime/testing/doom.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { pool, running, tenant, user, World } from '../testing/world.ts'
import { agentNames } from './agent-manifest.ts'
import { applyReport } from './report.ts'
import { kubeconfigField } from './secrets.ts'

let world: World
afterEach(() => world.stop())

describe('the life of a cluster', () => {
  it('is provisioned phase after phase until it runs and is healthy', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    const seen: string[] = []
    await world.until(async () => {
      const { status } = await world.must()
      const step = `${status.state}:${status.progress?.step}`
      if (seen.at(-1) !== step) seen.push(step)
      return (await world.shown()) === 'Running-Healthy'
    })
    expect(seen.at(-1)).toBe('Running:Running')
    expect(seen).toContain('Provisioning:ControlPlane')
    expect(seen).toContain('Provisioning:Layers')
    const { status, conditions, meta } = await world.must()
    expect(status.observedGeneration).toBe(meta.generation)
    expect(status.failure).toBeNull()
    expect(status.progress).toMatchObject({ step: 'Running', done: 11, total: 11 })
    expect(conditions.filter((condition) => condition.status !== 'True').map((c) => c.type)).toEqual(['Stalled'])
    expect(status.layers?.map((layer) => [layer.name, layer.state])).toEqual([
      ['kubernetes', 'Ready'],
      ['network', 'Ready'],
      ['hello', 'Ready'],
      ['other', 'Ready'],
    ])
    expect((await world.machines()).map(({ meta: { name }, status: s }) => [name, s.state, s.nodeReady])).toEqual([
      ['demo-cp-0', 'Running', true],
      ['demo-worker-0', 'Running', true],
      ['demo-worker-1', 'Running', true],
    ])
    expect(world.issuedTokens).toBe(1)
    expect(world.kube.get('Deployment', agentNames.namespace, agentNames.agent)).toBeDefined()
  })

  it('comes to rest: nothing is written between two checks of the agent while nothing changes', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    await world.untilShown('Running-Healthy')
    await world.clock.advance(130_000)
    const before = await world.store.position()
    await world.clock.advance(50_000)
    expect(await world.store.position()).toBe(before)
  })

  it('says that an object is contested and by whom, until it is not', async () => {
    world = await running()
    const tell = (contest: { contestedBy?: string; state: 'failed' | 'repaired' }) =>
      world.store.transaction(tenant, user, async (tx) => {
        const seen = { type: 'changed', object: 'v1 ConfigMap a/b', layer: 'apps/hello', action: 'heal' } as const
        const rest = { diff: [], message: 'm', detectedAt: '2026-01-01T00:00:00.000Z', resolvedAt: null }
        const items = [{ id: 'd', ...seen, ...rest, ...contest }]
        await applyReport(tx, world.uid, { type: 'deviations', seq: 1, items }, '2026-01-02T00:00:00.000Z')
      })
    const inSync = async (): Promise<string> => {
      const { reason, message } = (await world.condition('InSync')) ?? {}
      return `${reason}: ${message}`
    }
    await tell({ state: 'failed', contestedBy: 'flux' })
    await world.until(async () => (await inSync()) === 'DeviationContested: v1 ConfigMap a/b (contested by flux)')
    await tell({ state: 'failed', contestedBy: '' })
    await world.until(async () => (await inSync()) === 'DeviationContested: v1 ConfigMap a/b (contested)')
    await tell({ state: 'failed' })
    await world.until(async () => (await inSync()) === 'DeviationOpen: v1 ConfigMap a/b')
    await tell({ state: 'repaired' })
    await world.until(async () => (await inSync()).startsWith('NoDeviation'))
  })

  it('gives a changed profile to the agent, and leaves unchanged layers as they are', async () => {
    world = await running()
    const before = (await world.must()).status
    await world.change((spec) => ({
      profiles: spec.profiles.map((one) => ({
        ...one,
        layers: one.layers.map((l) => (l.name === 'hello' ? { ...l, values: 'text: ho\n' } : l)),
      })),
    }))
    await world.until(async () => (await world.must()).status.desired?.generation === 2)
    const during = (await world.must()).status
    expect(during.layers?.find((l) => l.name === 'hello')?.state).toBe('WaitingForOtherLayers')
    expect(during.layers?.filter((l) => l.name !== 'hello')).toEqual(before.layers?.filter((l) => l.name !== 'hello'))
    await world.untilShown('Running-Healthy')
    const after = (await world.must()).status
    expect(after.applied).toEqual({ epoch: 1, generation: 2 })
    expect(after.observedGeneration).toBe(2)
  })

  it('makes no new desired state for a change that the agent need not know', async () => {
    world = await running()
    await world.change((spec) => ({ machinePools: spec.machinePools.map((p) => ({ ...p, labels: { a: 'b' } })) }))
    await world.until(async () => (await world.must()).status.observedGeneration === 2)
    expect((await world.must()).status.desired?.generation).toBe(1)
  })

  it('takes up a new value of a macro without being told', async () => {
    world = await running()
    await world.change((spec) => ({
      profiles: spec.profiles.map((one) => ({
        ...one,
        layers: one.layers.map((l) =>
          l.name === 'hello' ? { ...l, values: 'text: "{{.spectro.macro.greeting}}"\n' } : l,
        ),
      })),
    }))
    await world.until(async () => (await world.condition('ProfileResolved'))?.status === 'False')
    expect(await world.condition('ProfileResolved')).toMatchObject({ reason: 'ValuesInvalid' })
    expect((await world.must()).status.failure?.message).toContain("define macro 'greeting'")
    expect(await world.shown()).toBe('Running-UnHealthy')
    await world.store.transaction(tenant, user, (tx) =>
      tx.create({ kind: 'MacroSet', project: null, name: 'macros', spec: { macros: { greeting: 'hey' } } }),
    )
    await world.untilShown('Running-Healthy')
    expect((await world.must()).status.desired?.generation).toBe(2)
  })

  it('grows and shrinks with its pools', async () => {
    world = await running()
    await world.change(() => ({ machinePools: [pool('cp', 1, true), pool('worker', 4)] }))
    await world.until(async () => (await world.machines()).filter((m) => m.status.nodeReady).length === 5)
    await world.untilShown('Running-Healthy')
    await world.change(() => ({ machinePools: [pool('cp', 1, true), pool('worker', 1)] }))
    await world.until(async () => (await world.machines()).length === 2)
    await world.untilShown('Running-Healthy')
    expect([...(world.cloud.clusters.get(world.uid)?.machines.keys() ?? [])]).toEqual(['demo-cp-0', 'demo-worker-0'])
  })

  it('can be changed while it is provisioned', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    await world.until(() => world.cloud.clusters.size === 1)
    await world.change(() => ({ machinePools: [pool('cp', 1, true), pool('worker', 3)] }))
    await world.untilShown('Running-Healthy')
    expect(await world.machines()).toHaveLength(4)
  })

  it('notices when the agent falls silent, and when it is back', async () => {
    world = await running()
    if (world.agent) world.agent.alive = false
    await world.untilShown('Running-Unknown')
    expect(await world.condition('AgentReady')).toMatchObject({ status: 'False', reason: 'AgentDisconnected' })
    expect(await world.condition('LayersReady')).toMatchObject({ status: 'Unknown' })
    if (world.agent) world.agent.alive = true
    await world.untilShown('Running-Healthy')
    expect(world.issuedTokens).toBe(1)
  })

  it('takes no agent that is back at the word it gave before', async () => {
    world = await running()
    const agent = world.agent
    assert(agent)
    agent.alive = false
    await world.untilShown('Running-Unknown')
    Object.assign(agent, { alive: true, reports: false })
    await world.until(async () => (await world.condition('AgentReady'))?.reason === 'AgentReturning')
    expect(await world.shown()).toBe('Running-Unknown')
    agent.reports = true
    await world.untilShown('Running-Healthy')
  })

  it('gives an agent nothing after a restore of the plane before it came again and told what it runs', async () => {
    world = await running()
    const before = (await world.must()).status
    world.epoch = 7
    // Made after the copy: the restored plane does not know it.
    const applied = { epoch: 1, generation: 9 }
    const ref = { kind: 'Cluster', uid: world.uid } as const
    await world.store.transaction(tenant, user, (tx) => tx.updateStatus(ref.kind, ref.uid, { status: { applied } }))
    if (world.agent) world.agent.reports = false
    await world.clock.advance(60_000)
    expect((await world.must()).status.desired).toEqual(before.desired)
    if (world.agent) world.agent.alive = false
    await world.untilShown('Running-Unknown')
    if (world.agent) world.agent.alive = true
    await world.until(async () => (await world.must()).status.desired?.epoch === 7)
    if (world.agent) world.agent.reports = true
    await world.untilShown('Running-Healthy')
    expect((await world.must()).status.applied?.epoch).toBe(7)
    const { items } = await world.store.transaction(tenant, user, (tx) => tx.events(ref, { limit: 100 }))
    expect(items.find(({ reason }) => reason === 'PlaneRestored')?.message).toContain('runs desired state 9')
  })

  it('installs the agent again when someone removed it, and adopts its identity', async () => {
    world = await running()
    world.kube.objects.delete(`Deployment/${agentNames.namespace}/${agentNames.agent}`)
    await world.untilShown('Running-Unknown')
    await world.untilShown('Running-Healthy')
    expect(world.issuedTokens).toBe(1)
  })

  it.each([
    ['by itself', async () => world.change(() => ({ agentUpgrades: 'lock' }))],
    ['by its project or tenant', async () => void (world.upgradesLocked = true)],
  ])(
    'leaves an agent whose upgrades are locked %s at its version, and installs it when it is gone',
    async (_, lock) => {
      world = await running()
      const image = () => JSON.stringify(world.kube.get('Deployment', agentNames.namespace, agentNames.agent)?.['spec'])
      await lock()
      for (const doom of world.dooms) doom.kill()
      world.startPlane(new Doom(), 'atrium-agent:2')
      const pushedAt = async () => (await world.must()).status.agentPush?.at
      const before = await pushedAt()
      await world.until(async () => (await pushedAt()) !== before, 600_000)
      expect(image()).toContain('atrium-agent:1')
      world.kube.objects.delete(`Deployment/${agentNames.namespace}/${agentNames.agent}`)
      await world.untilShown('Running-Unknown')
      await world.untilShown('Running-Healthy')
      expect(image()).toContain('atrium-agent:2')
    },
  )

  it('keeps the kubeconfig of renewed certificates, and tells of them', async () => {
    world = await running()
    const kept = () =>
      world.store.transaction(tenant, user, (tx) => tx.getSecret({ kind: 'Cluster', uid: world.uid }, kubeconfigField))
    expect((await kept())?.reveal()).toBe(`kubeconfig ${world.uid}`)
    await world.change(() => ({ certificatesSince: '2026-01-01' }))
    await world.until(async () => (await world.must()).status.certificates?.renewedFor === '2026-01-01')
    expect((await kept())?.reveal()).toBe(`kubeconfig ${world.uid}2026-01-01`)
  })

  it('gives an agent that lost its key a new token', async () => {
    world = await running()
    const remove = (name: string) => world.kube.objects.delete(`Secret/${agentNames.namespace}/${name}`)
    remove(agentNames.enrolment)
    remove(agentNames.identity)
    await world.untilShown('Running-Unknown')
    await world.untilShown('Running-Healthy')
    expect(world.issuedTokens).toBe(2)
    expect(world.agent?.usedTokens.size).toBe(2)
  })

  it('shows a layer that cannot be installed with a next step, and recovers', async () => {
    world = new World()
    world.startPlane()
    await world.createCluster()
    if (world.agent) world.agent.broken = 'hello'
    await world.until(async () => (await world.condition('LayersReady'))?.reason === 'LayerFailed')
    const { status } = await world.must()
    expect(status.state).toBe('Provisioning')
    expect(status.failure).toMatchObject({ reason: 'LayerFailed', message: 'hello: no such image' })
    await world.untilShown('Failed-UnHealthy', 1_000_000)
    expect(await world.condition('Stalled')).toMatchObject({ status: 'True', reason: 'NoProgress' })
    if (world.agent) world.agent.broken = null
    await world.untilShown('Running-Healthy')
    expect(await world.condition('Stalled')).toMatchObject({ status: 'False' })
    expect((await world.must()).status.failure).toBeNull()
  })

  it('tells its life in events', async () => {
    world = await running()
    const ref = { kind: 'Cluster', uid: world.uid }
    const { items } = await world.store.transaction(tenant, user, (tx) => tx.events(ref, { limit: 100 }))
    const reasons = items.map((event) => event.reason).reverse()
    for (const reason of [
      'Resolved',
      'MachineCreated',
      'ApiServerAnswers',
      'AgentConnected',
      'AllLayersReady',
      'AsDeclared',
    ])
      expect(reasons).toContain(reason)
    expect(reasons.indexOf('Resolved')).toBeLessThan(reasons.indexOf('AsDeclared'))
  })
})
