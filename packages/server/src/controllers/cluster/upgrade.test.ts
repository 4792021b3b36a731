import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { pool, running, tenant, upgraded, user, type World } from '../testing/world.ts'

let world: World
afterEach(() => world.stop())

const events = async (reason: string): Promise<string[]> => {
  const { items } = await world.store.transaction(tenant, user, (tx) =>
    tx.events({ kind: 'Cluster', uid: world.uid }, { limit: 200 }),
  )
  return items.filter((event) => event.reason === reason).map(({ message }) => message)
}

describe('an upgrade of Kubernetes by profile', () => {
  it('says at each step what happens, since when and what is next, and ends with all machines of the new version', async () => {
    world = await running()
    const conditions = new Set<string>()
    await world.change(upgraded)
    await world.until(async () => {
      const condition = await world.condition('InfrastructureReady')
      if (condition?.reason === 'KubernetesUpgrading')
        conditions.add(condition.message.replace(/ \(since [^)]+\)/, '').replace(/; waiting for [^.]*/, ''))
      const { status } = await world.must()
      return status.upgrade === null && (await world.shown()) === 'Running-Healthy'
    })
    const told = 'Upgrading Kubernetes 1.34.4 → 1.35.4:'
    expect([...conditions]).toEqual([
      `${told} control-plane pool 'cp' 1 of 1. Next: worker pool 'worker' 1 of 2.`,
      `${told} worker pool 'worker' 1 of 2. Next: the upgrade ends.`,
      `${told} worker pool 'worker' 2 of 2. Next: the upgrade ends.`,
    ])
    expect(world.cloud.log.slice(world.cloud.log.indexOf('change-version 1.35.4'))).toEqual([
      'change-version 1.35.4',
      ...['create-machine demo-cp-1', 'delete-machine demo-cp-0'],
      ...['create-machine demo-worker-2', 'delete-machine demo-worker-1'],
      ...['create-machine demo-worker-3', 'delete-machine demo-worker-0'],
    ])
    expect((await world.machines()).map(({ status }) => status.kubernetesVersion)).toEqual([
      '1.35.4',
      '1.35.4',
      '1.35.4',
    ])
    expect((await events('KubernetesUpgrading')).filter((message) => message.startsWith(told))).toContain(
      `${told} control plane.`,
    )
    expect(await events('KubernetesUpgradeEnded')).toEqual(['Kubernetes 1.34.4 → 1.35.4: all machines run it.'])
  })

  it('that fails tells the reason and what to do, looks after machines, and is over once the version is taken back', async () => {
    world = await running()
    const why = 'The API server of Kubernetes 1.35.4 did not come up (one attempt): unknown flag.'
    world.cloud.upgradeFailure = new ProviderError('user', 'KubernetesUpgradeFailed', why, 'Go back.')
    await world.change(upgraded)
    await world.until(async () => (await world.condition('InfrastructureReady'))?.reason === 'KubernetesUpgradeFailed')
    expect(await world.condition('InfrastructureReady')).toMatchObject({ message: `${why} Next step: Go back.` })
    expect(await world.condition('Stalled')).toMatchObject({ status: 'True', reason: 'WaitingForPerson' })
    const { status } = await world.must()
    expect(status.failure).toEqual({ reason: 'KubernetesUpgradeFailed', message: why, nextStep: 'Go back.' })
    expect(status.upgrade).toMatchObject({ from: '1.34.4', to: '1.35.4', step: 'control plane' })
    world.cloud.power(world.uid, 'demo-worker-0', 'gone')
    await world.until(() => world.cloud.machines(world.uid).some(({ name }) => name === 'demo-worker-2'))
    expect(new Set(world.cloud.machines(world.uid).map((machine) => machine.kubernetesVersion))).toEqual(
      new Set(['1.34.4']),
    )
    await world.change((spec) => upgraded(spec, '1.34.4'))
    await world.untilShown('Running-Healthy')
    expect((await world.must()).status.upgrade).toBeNull()
    expect(await events('KubernetesUpgradeEnded')).toEqual(['Kubernetes 1.34.4 → 1.35.4: given up, 1.34.4 serves.'])
  })

  it('does not begin before the profile resolves', async () => {
    world = await running()
    const before = [...world.cloud.log]
    await world.change((spec) => {
      const { profiles = [] } = upgraded(spec)
      const unknown = profiles.map((one) => ({
        ...one,
        layers: one.layers.map((layer) => ({ ...layer, values: 'a: "{{.spectro.macro.nowhere}}"\n' })),
      }))
      return { profiles: unknown, machinePools: [pool('cp', 1, true), pool('worker', 3)] }
    })
    await world.until(async () => (await world.machines()).length === 4)
    expect(world.cloud.log).toEqual([...before, 'create-machine demo-worker-2'])
    expect(await world.condition('ProfileResolved')).toMatchObject({ reason: 'ValuesInvalid' })
  })
})
