import { describe, expect, it } from 'vitest'
import { machineName, planMachines } from './plan-pools.ts'
import type { DesiredInfrastructure, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import { ordinalOf } from './upgrade.ts'

const machine = (name: string, more: Partial<ObservedMachine> = {}): ObservedMachine => ({
  ...{ providerId: `id/${name}`, name, pool: 'w', isControlPlane: false, state: 'Running', message: '' },
  ...{ kubernetesVersion: '1.34.4', addresses: [], labels: {}, taints: [] },
  ...more,
})
const observed = (machines: ObservedMachine[], last = machines.length - 1): ObservedInfrastructure => ({
  ...{ exists: true, controlPlaneReady: true, endpoint: null, kubernetesVersion: '1.34.4', resources: [] },
  ...{ machines, ordinals: { w: last } },
})
const desired = (size: number, more: Partial<DesiredInfrastructure> = {}): DesiredInfrastructure => ({
  identity: { tenant: 't', uid: 'u', name: 'c' },
  kubernetesVersion: 'v1.34.4',
  cloudConfig: {},
  pools: [
    {
      ...{ name: 'w', isControlPlane: false, useControlPlaneAsWorker: false, size, labels: {}, taints: [] },
      kubernetesVersion: '',
    },
  ],
  policy: { drift: 'heal', nodes: 'heal' },
  replace: [],
  ...more,
})
/** `+c-w-2` creates, `-c-w-0` deletes, `~c-w-1` updates. */
const steps = (wanted: DesiredInfrastructure, seen: ObservedInfrastructure): string[] =>
  planMachines(wanted, seen).map((step) => {
    if (step.type === 'create') return `+${step.name}`
    return `${step.type === 'delete' ? '-' : '~'}${step.machine.name}`
  })
const three = [machine('c-w-0'), machine('c-w-1'), machine('c-w-2')]
const starting = { state: 'Provisioned' } as const

describe('what machines need', () => {
  it.each<[string, DesiredInfrastructure, ObservedInfrastructure, string[]]>([
    ['nothing when all is as desired', desired(3), observed(three), []],
    ['all of them at first', desired(2), observed([]), ['+c-w-0', '+c-w-1']],
    ['never a number twice', desired(2), observed([machine('c-w-5')], 7), ['+c-w-8']],
    ['the newest goes when a pool shrinks', desired(2), observed(three), ['-c-w-2']],
    [
      'a broken one goes first',
      desired(2),
      observed([machine('c-w-0', { state: 'Failed' }), ...three.slice(1)]),
      ['-c-w-0'],
    ],
    [
      'those that leave do not count',
      desired(3),
      observed([...three.slice(0, 2), machine('c-w-2', { state: 'Deleting' })]),
      ['+c-w-3'],
    ],
    ['a replacement first', desired(3, { replace: ['id/c-w-1'] }), observed(three), ['+c-w-3']],
    [
      'the replaced one stays until the new one runs',
      desired(3, { replace: ['id/c-w-1'] }),
      observed([...three, machine('c-w-3', starting)]),
      [],
    ],
    ['then it goes', desired(3, { replace: ['id/c-w-1'] }), observed([...three, machine('c-w-3')]), ['-c-w-1']],
    [
      'a lost one is made up for under heal',
      desired(2),
      observed([machine('c-w-0'), machine('c-w-1', { state: 'Deleted' })]),
      ['+c-w-2'],
    ],
    [
      'and stays lost under alert',
      desired(2, { policy: { drift: 'heal', nodes: 'alert' } }),
      observed([machine('c-w-0'), machine('c-w-1', { state: 'Deleted' })]),
      [],
    ],
    ['machines of a pool that is gone go', desired(3, { pools: [] }), observed(three), ['-c-w-0', '-c-w-1', '-c-w-2']],
    ['labels change in place', desired(1), observed([machine('c-w-0', { labels: { a: 'b' } })]), ['~c-w-0']],
  ])('%s', (_, wanted, seen, expected) => {
    expect(steps(wanted, seen)).toEqual(expected)
  })

  it('keeps workloads off control planes unless they are workers too', () => {
    const pool = { ...desired(1).pools[0], isControlPlane: true } as DesiredInfrastructure['pools'][number]
    const [step] = planMachines(desired(1, { pools: [pool] }), observed([]))
    expect(step?.type).toBe('create')
    const tainted = machine('c-w-0', {
      isControlPlane: true,
      taints: [{ key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }],
    })
    expect(steps(desired(1, { pools: [pool] }), observed([tainted]))).toEqual([])
    expect(steps(desired(1, { pools: [{ ...pool, useControlPlaneAsWorker: true }] }), observed([tainted]))).toEqual([
      '~c-w-0',
    ])
  })
})

describe('machine names', () => {
  it('fit a host name, stay apart and tell their number', () => {
    const long = machineName('a'.repeat(60), 'pool', 12)
    expect(long.length).toBeLessThanOrEqual(63)
    expect(long).not.toBe(machineName('a'.repeat(60), 'loop', 12))
    expect(ordinalOf(long)).toBe(12)
    expect(machineName('demo', 'worker', 3)).toBe('demo-worker-3')
  })
})
