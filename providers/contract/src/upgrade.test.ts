import { describe, expect, it } from 'vitest'
import { planMachines } from './plan-pools.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import { plannedReplacements, upgradeProgress } from './upgrade.ts'

const OLD = '1.34.4'
const NEW = '1.35.4'

const pool = (name: string, size: number, more: Partial<DesiredPool> = {}): DesiredPool => ({
  ...{
    name,
    size,
    isControlPlane: false,
    useControlPlaneAsWorker: true,
    labels: {},
    taints: [],
    kubernetesVersion: '',
  },
  ...more,
})
const control = pool('cp', 1, { isControlPlane: true })
const scaleIn = { updateStrategy: 'RollingUpdateScaleIn' } as const

const desired = (pools: DesiredPool[], kubernetesVersion = NEW): DesiredInfrastructure => ({
  ...{ identity: { tenant: 't', uid: 'u', name: 'c' }, cloudConfig: {}, pools, kubernetesVersion },
  ...{ policy: { drift: 'heal', nodes: 'heal' }, replace: [] },
})

const machine = (name: string, more: Partial<ObservedMachine> = {}): ObservedMachine => ({
  ...{ providerId: name, name, pool: name.split('-')[1] ?? '', isControlPlane: name.startsWith('c-cp-') },
  ...{ state: 'Running', message: '', kubernetesVersion: OLD, addresses: [], labels: {}, taints: [] },
  ...more,
})

const observed = (machines: ObservedMachine[], kubernetesVersion = NEW): ObservedInfrastructure => ({
  ...{ exists: true, controlPlaneReady: true, endpoint: null, kubernetesVersion, machines, resources: [] },
  ordinals: {},
})
const before = (...pools: DesiredPool[]): ObservedMachine[] =>
  pools.flatMap(({ name, size }) => Array.from({ length: size }, (_, index) => machine(`c-${name}-${index}`)))

/** `+c-w-2` creates, `-c-w-0` deletes. */
const steps = (wanted: DesiredInfrastructure, seen: ObservedInfrastructure): string[] =>
  planMachines(wanted, seen).map((step) => (step.type === 'create' ? `+${step.name}` : `-${step.machine.name}`))

/** A cloud in which every step takes two looks, driven until nothing is left to do: what was done, in order. */
function history(wanted: DesiredInfrastructure, first: ObservedInfrastructure): string[] {
  const ordinals: Record<string, number> = {}
  for (const { pool: name } of first.machines) ordinals[name] = (ordinals[name] ?? -1) + 1
  let seen = { ...first, ordinals }
  const told: string[] = []
  for (let round = 0; round < 200; round += 1) {
    const plan = planMachines(wanted, seen)
    const moving = seen.machines.filter(({ state }) => state !== 'Running')
    if (plan.length === 0 && moving.length === 0) return told
    const arrived = seen.machines.flatMap((one) =>
      one.state === 'Deleting' ? [] : one.state === 'Provisioned' ? [{ ...one, state: 'Running' as const }] : [one],
    )
    told.push(...moving.map(({ name, state }) => `${state === 'Deleting' ? 'gone' : 'runs'} ${name}`))
    const leaving = new Set(plan.flatMap((step) => (step.type === 'delete' ? [step.machine.name] : [])))
    told.push(...steps(wanted, seen))
    for (const step of plan) if (step.type === 'create') ordinals[step.pool.name] = step.ordinal
    seen = {
      ...seen,
      machines: [
        ...arrived.map((one) => (leaving.has(one.name) ? { ...one, state: 'Deleting' as const } : one)),
        ...plan.flatMap((step) =>
          step.type === 'create'
            ? [machine(step.name, { state: 'Provisioned', kubernetesVersion: step.pool.kubernetesVersion })]
            : [],
        ),
      ],
    }
  }
  throw new Error(`it never ends: ${told.slice(0, 40).join(', ')}`)
}

describe('an upgrade of Kubernetes', () => {
  it('replaces no machine before the control plane serves the new version', () => {
    const pools = [control, pool('w', 2)]
    expect(steps(desired(pools), observed(before(...pools), OLD))).toEqual([])
  })

  it('takes the control plane first, then pool after pool, whatever their order; each new machine runs before an old one goes', () => {
    const pools = [pool('w', 2), control, pool('x', 1)]
    expect(history(desired(pools), observed(before(...pools)))).toEqual([
      ...['+c-cp-1', 'runs c-cp-1', '-c-cp-0', 'gone c-cp-0'],
      ...['+c-w-2', 'runs c-w-2', '-c-w-1', 'gone c-w-1', '+c-w-3', 'runs c-w-3', '-c-w-0', 'gone c-w-0'],
      ...['+c-x-1', 'runs c-x-1', '-c-x-0', 'gone c-x-0'],
    ])
  })

  it('by scale-in drains an old machine first, and waits until it is gone', () => {
    const pools = [control, pool('w', 2, scaleIn)]
    const machines = [machine('c-cp-0', { kubernetesVersion: NEW }), ...before(pool('w', 2))]
    expect(history(desired(pools), observed(machines))).toEqual([
      ...['-c-w-1', 'gone c-w-1', '+c-w-2', 'runs c-w-2'],
      ...['-c-w-0', 'gone c-w-0', '+c-w-3', 'runs c-w-3'],
    ])
  })

  it('by scale-in takes a pool of one machine to none, but never a control plane', () => {
    const pools = [pool('cp', 1, { isControlPlane: true, ...scaleIn }), pool('w', 1, scaleIn)]
    expect(history(desired(pools), observed(before(...pools)))).toEqual([
      ...['+c-cp-1', 'runs c-cp-1', '-c-cp-0', 'gone c-cp-0'],
      ...['-c-w-0', 'gone c-w-0', '+c-w-1', 'runs c-w-1'],
    ])
  })

  it('waits for a pool that is not finished', () => {
    const pools = [pool('w', 1), pool('x', 1)]
    const starting = machine('c-w-1', { kubernetesVersion: NEW, state: 'Provisioned' })
    expect(steps(desired(pools), observed([starting, machine('c-x-0')]))).toEqual([])
    const leaving = machine('c-w-0', { state: 'Deleting' })
    const fresh = machine('c-w-1', { kubernetesVersion: NEW })
    expect(steps(desired(pools), observed([leaving, fresh, machine('c-x-0')]))).toEqual([])
    expect(steps(desired(pools), observed([fresh, machine('c-x-0')]))).toEqual(['+c-x-1'])
  })

  it('lets pools grow and heal meanwhile, with machines no newer than the control plane they join', () => {
    const pools = [control, pool('w', 3)]
    const seen = observed([machine('c-cp-0'), machine('c-w-0'), machine('c-w-1', { state: 'Deleted' })], OLD)
    const made = planMachines(desired(pools), seen).flatMap((step) =>
      step.type === 'create' ? [[step.name, step.pool.kubernetesVersion]] : [],
    )
    expect(made).toEqual([
      ['c-w-2', OLD],
      ['c-w-3', OLD],
    ])
  })

  it('that is refused changes no machine', () => {
    const pools = [control, pool('w', 2)]
    const machines = before(...pools).map((one) => ({ ...one, kubernetesVersion: NEW }))
    expect(steps(desired(pools, OLD), observed(machines))).toEqual([])
    expect(steps(desired(pools, '1.36.0'), observed(before(...pools), OLD))).toEqual([])
    const [grown] = planMachines(desired([control, pool('w', 3)], OLD), observed(machines))
    expect(grown).toMatchObject({ type: 'create', pool: { kubernetesVersion: NEW } })
  })

  it.each([scaleIn, {}])('goes no further while a new machine is broken: %j', (strategy) => {
    const pools = [pool('w', 2, strategy)]
    const broken = machine('c-w-2', { kubernetesVersion: NEW, state: 'Failed', message: 'no disk' })
    const seen = observed([machine('c-w-0'), broken])
    expect(steps(desired(pools), seen)).toEqual([])
    expect(upgradeProgress(desired(pools), seen)?.waitingFor).toBe('machine c-w-2: no disk')
    const lost = observed([machine('c-w-0'), machine('c-w-2', { kubernetesVersion: NEW, state: 'Deleted' })])
    const alert = { ...desired(pools), policy: { drift: 'heal', nodes: 'alert' } } as const
    expect(steps({ ...alert, replace: [] }, lost)).toHaveLength(1)
  })

  it('replaces a broken machine first', () => {
    const pools = [pool('w', 3, scaleIn)]
    const machines = [machine('c-w-0', { state: 'Failed' }), machine('c-w-1'), machine('c-w-2')]
    expect(steps(desired(pools), observed(machines))).toEqual(['-c-w-0'])
  })
})

describe('the preview of an upgrade', () => {
  it('names every machine that is replaced, in the order in which they go', () => {
    const pools = [pool('w', 3, scaleIn), control, pool('x', 2)]
    const preview = plannedReplacements(desired(pools), observed(before(...pools), OLD))
    expect(preview.map(({ machine: { name }, from, to, strategy }) => [name, from, to, strategy])).toEqual([
      ['c-cp-0', OLD, NEW, 'RollingUpdateScaleOut'],
      ...['c-w-2', 'c-w-1', 'c-w-0'].map((name) => [name, OLD, NEW, 'RollingUpdateScaleIn']),
      ...['c-x-1', 'c-x-0'].map((name) => [name, OLD, NEW, 'RollingUpdateScaleOut']),
    ])
    const deleted = history(desired(pools), observed(before(...pools))).filter((step) => step.startsWith('-'))
    expect(preview.map(({ machine: { name } }) => `-${name}`)).toEqual(deleted)
  })

  it('is empty when all is of the version that is wanted, and when the change is refused', () => {
    const pools = [control, pool('w', 1)]
    expect(plannedReplacements(desired(pools, OLD), observed(before(...pools), OLD))).toEqual([])
    expect(plannedReplacements(desired(pools, '1.36.0'), observed(before(...pools), OLD))).toEqual([])
  })
})

describe('how far an upgrade is', () => {
  const pools = [control, pool('w', 3), pool('x', 1)]
  const fresh = (name: string, more: Partial<ObservedMachine> = {}): ObservedMachine =>
    machine(name, { kubernetesVersion: NEW, ...more })
  const workers = before(pool('w', 3), pool('x', 1))

  it.each<[string, ObservedInfrastructure, object | null]>([
    [
      'the control plane first',
      observed(before(...pools), OLD),
      { from: OLD, to: NEW, now: 'control plane', waitingFor: '', next: "control-plane pool 'cp' 1 of 1" },
    ],
    [
      'its machines',
      observed([machine('c-cp-0'), fresh('c-cp-1', { state: 'Provisioned' }), ...workers]),
      {
        ...{ from: OLD, to: NEW, now: "control-plane pool 'cp' 1 of 1", next: "worker pool 'w' 1 of 3" },
        waitingFor: 'machine c-cp-1: Provisioned',
      },
    ],
    [
      'a pool, machine by machine',
      observed([fresh('c-cp-1'), fresh('c-w-3'), ...workers.slice(0, 2), workers[3] as ObservedMachine]),
      { from: OLD, to: NEW, now: "worker pool 'w' 2 of 3", waitingFor: '', next: "worker pool 'x' 1 of 1" },
    ],
    [
      'the last machine that drains',
      observed([fresh('c-cp-1'), machine('c-x-0', { state: 'Deleting' }), fresh('c-x-1')]),
      { from: OLD, to: NEW, now: "worker pool 'x' 1 of 1", waitingFor: '', next: '' },
    ],
    ['at the end', observed([fresh('c-cp-1'), fresh('c-w-3')]), null],
    ['before there is anything', { ...observed([], ''), exists: false }, null],
  ])('%s', (_, seen, told) => {
    expect(upgradeProgress(desired(pools), seen)).toEqual(told)
  })
})
