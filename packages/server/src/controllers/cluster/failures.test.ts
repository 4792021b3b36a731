import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { demoSpec, running, tenant, user, World } from '../testing/world.ts'

let world: World
afterEach(() => world.stop())

async function created(prepare: (world: World) => void = () => undefined, spec = demoSpec()): Promise<World> {
  const fresh = new World()
  prepare(fresh)
  fresh.startPlane()
  await fresh.createCluster(spec)
  return fresh
}

describe('what goes wrong ends in a state with a reason and a next step', () => {
  it('no Kubernetes layer: nothing is created', async () => {
    world = await created(undefined, demoSpec({ profiles: [] }))
    await world.untilShown('Failed-Unknown')
    expect(await world.condition('ProfileResolved')).toMatchObject({ status: 'False', reason: 'ProfilesMissing' })
    expect(await world.condition('InfrastructureReady')).toMatchObject({ reason: 'WaitingForProfile' })
    expect(world.cloud.log).toEqual([])
    await world.change(() => ({ profiles: demoSpec().profiles }))
    await world.untilShown('Running-Healthy')
  })

  it('no provider for the cloud type', async () => {
    world = await created(undefined, demoSpec({ cloudType: 'moon' }))
    await world.untilShown('Failed-Unknown')
    expect((await world.must()).status.failure).toMatchObject({ reason: 'ProviderMissing' })
    await world.delete()
    await world.untilShown('gone')
  })

  it('no such account', async () => {
    world = await created(undefined, demoSpec({ cloudAccountUid: 'a'.repeat(24) }))
    await world.untilShown('Failed-Unknown')
    expect((await world.must()).status.failure?.reason).toBe('AccountMissing')
  })

  it('a refusal of the cloud: stalled until a person acts', async () => {
    const refusal = new ProviderError(
      'user',
      'NoSuchNetwork',
      'network n1 does not exist',
      'Create it or name another.',
    )
    world = await created((w) => {
      w.cloud.applyFailure = refusal
    })
    await world.untilShown('Failed-Unknown')
    const { status } = await world.must()
    expect(status.failure).toEqual({
      reason: 'NoSuchNetwork',
      message: 'network n1 does not exist',
      nextStep: 'Create it or name another.',
    })
    expect(await world.condition('Stalled')).toMatchObject({ status: 'True', reason: 'WaitingForPerson' })
    expect(await world.condition('InfrastructureReady')).toMatchObject({ reason: 'ProviderRefused' })
    const states = new Set<string>()
    const watcher = await world.store.position()
    await world.clock.advanceUntil(async () => {
      states.add(await world.shown())
      return (await world.store.position()) > watcher + 6
    }, 200_000)
    expect([...states]).toEqual(['Failed-Unknown'])
    world.cloud.applyFailure = null
    await world.change((spec) => ({ cloudConfig: { ...spec.cloudConfig, network: 'n2' } }))
    await world.untilShown('Running-Healthy', 30_000)
  })

  it('a quota: tried again slowly', async () => {
    world = await created((w) => {
      w.cloud.applyFailure = new ProviderError('quota', 'TooManyCores', 'no cores left', 'Ask for more.')
    })
    await world.until(async () => (await world.condition('InfrastructureReady'))?.reason === 'QuotaExceeded')
    expect((await world.must()).status.failure?.nextStep).toBe('Ask for more.')
    world.cloud.applyFailure = null
    await world.untilShown('Running-Healthy')
  })

  it('an outage of the cloud: tried again, and a running cluster keeps its state', async () => {
    world = await running()
    world.cloud.failure = new ProviderError('retry', 'Timeout', 'no answer', 'Wait.')
    await world.until(async () => (await world.condition('InfrastructureReady'))?.reason === 'ProviderUnavailable')
    expect((await world.must()).status.state).toBe('Running')
    for (const type of ['ControlPlaneReady', 'MachinesReady'])
      expect(await world.condition(type)).toMatchObject({ status: 'Unknown', reason: 'NotObserved' })
    await world.clock.advance(300_000)
    world.cloud.failure = null
    await world.untilShown('Running-Healthy', 60_000)
    expect(world.cloud.log.filter((entry) => entry.startsWith('create ') || entry.startsWith('delete'))).toHaveLength(1)
  })

  it('a fault of our own: reported, retried, recovered', async () => {
    world = await created((w) => {
      w.cloud.failure = new TypeError('x is undefined')
    })
    await world.until(async () => (await world.must()).status.failure?.reason === 'UnexpectedFailure')
    world.cloud.failure = null
    await world.untilShown('Running-Healthy')
  })

  it('an API server that refuses the agent', async () => {
    world = await created((w) => {
      w.kube.failure = new Error('Namespace atrium-system: forbidden')
    })
    await world.until(async () => (await world.condition('AgentReady'))?.reason === 'AgentPushFailed')
    expect((await world.condition('AgentReady'))?.message).toContain('forbidden')
    world.kube.failure = null
    await world.untilShown('Running-Healthy')
  })

  it('a control plane that goes away and comes back', async () => {
    world = await running()
    const cluster = world.cloud.clusters.get(world.uid)
    if (cluster) cluster.readyAt = world.clock.now() + 20_000
    await world.until(async () => (await world.condition('ControlPlaneReady'))?.reason === 'ApiServerSilent')
    expect(await world.shown()).toBe('Running-UnHealthy')
    await world.untilShown('Running-Healthy')
  })
})

describe('deletion', () => {
  it('leaves Running-Healthy at once, shows what remains, and removes everything', async () => {
    world = await running()
    world.cloud.deleteMs = 10_000
    await world.delete()
    expect(await world.shown()).toBe('Deleting-Unknown')
    await world.until(async () => Boolean((await world.must()).status.remaining?.[0]?.waitingFor))
    const { status } = await world.must()
    expect(status.remaining?.[0]).toEqual({ kind: 'ControlPlane', id: world.uid, waitingFor: 'its processes to end' })
    expect(await world.condition('Deleting')).toMatchObject({
      status: 'True',
      reason: 'RemovingInfrastructure',
      message: expect.stringContaining(
        `What remains: ControlPlane ${world.uid} (waits for its processes to end), Machine`,
      ),
    })
    await world.untilShown('gone')
    expect(world.cloud.clusters.size).toBe(0)
    expect(await world.machines()).toEqual([])
  })

  it('that lets a cluster go tells its agent to leave, and asks nothing of the cloud', async () => {
    world = await running()
    const log = [...world.cloud.log]
    await world.change(() => ({ letGo: true }))
    await world.delete()
    await world.until(async () => (await world.condition('Deleting'))?.reason === 'RemovingAgent')
    const digest = (await world.must()).status.desired?.digest ?? ''
    const told = await world.store.transaction(tenant, user, (tx) => tx.getBlob(digest))
    expect(JSON.parse(String(told))).toMatchObject({ leave: true, layers: expect.any(Array) })
    // It removes itself.
    if (world.agent) world.agent.alive = false
    await world.untilShown('gone')
    expect(world.cloud.machines(world.uid)).toHaveLength(3)
    expect(world.cloud.log).toEqual(log)
  })

  it('works in the midst of provisioning', async () => {
    world = await created()
    await world.until(() => world.cloud.clusters.size === 1)
    await world.delete()
    await world.untilShown('gone')
    expect(world.cloud.clusters.size).toBe(0)
  })

  it('works before anything was begun', async () => {
    world = await created((w) => {
      w.cloud.applyFailure = new ProviderError('user', 'No', 'no', 'no')
    })
    await world.untilShown('Failed-Unknown')
    await world.delete()
    await world.untilShown('gone')
  })

  it('says why it is blocked, and goes on once that is over', async () => {
    world = await running()
    world.cloud.applyFailure = new ProviderError('user', 'Locked', 'the machine is locked', 'Unlock it.')
    await world.delete()
    await world.until(async () => (await world.condition('Deleting'))?.reason === 'DeletionBlocked')
    const { status } = await world.must()
    expect(status.failure).toMatchObject({ reason: 'Locked', message: 'the machine is locked' })
    expect(status.failure?.nextStep).toContain('Unlock it.')
    expect(status.remaining).toHaveLength(4)
    world.cloud.applyFailure = null
    await world.untilShown('gone')
    expect(world.cloud.clusters.size).toBe(0)
  })

  it('with force gives up on what cannot be removed, and puts it on record', async () => {
    world = await running()
    world.cloud.applyFailure = new ProviderError('user', 'Locked', 'the machine is locked', 'Unlock it.')
    await world.delete()
    await world.until(async () => (await world.condition('Deleting'))?.reason === 'DeletionBlocked')
    await world.change(() => ({ forceDelete: true }))
    await world.untilShown('gone', 30_000)
    const record = world.store.auditEntries(tenant).find((entry) => entry.action === 'Cluster.abandon')
    expect(record?.message).toContain('Machine demo-worker-0')
    expect(record?.message).toContain('the machine is locked')
  })

  it('tells what is on record when the cloud was never heard of again', async () => {
    world = await running()
    world.cloud.failure = new ProviderError('retry', 'Timeout', 'no answer', 'Wait.')
    await world.delete()
    await world.until(async () => (await world.condition('Deleting'))?.reason === 'DeletionBlocked')
    expect((await world.condition('Deleting'))?.message).toMatch(
      /What remains: ControlPlane .*Machine \S*demo-worker-0/,
    )
    await world.change(() => ({ forceDelete: true }))
    await world.untilShown('gone', 600_000)
    const record = world.store.auditEntries(tenant).find((entry) => entry.action === 'Cluster.abandon')
    expect(record?.message).toMatch(/Machine \S*demo-worker-0/)
  })

  it('with force does not wait for ever for a cloud that is silent or works without end', async () => {
    for (const prepare of [
      (w: World) => {
        w.cloud.failure = new ProviderError('retry', 'Timeout', 'no answer', 'Wait.')
      },
      (w: World) => {
        w.cloud.deleteMs = 1e12
      },
    ]) {
      world = await running()
      prepare(world)
      await world.store.transaction(tenant, user, async (tx) => {
        const cluster = await tx.get('Cluster', world.uid)
        if (cluster) await tx.update('Cluster', world.uid, { spec: { ...cluster.spec, forceDelete: true } })
        await tx.delete('Cluster', world.uid)
      })
      await world.untilShown('gone', 600_000)
      world.stop()
    }
  })
})
