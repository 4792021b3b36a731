import { expect, it } from 'vitest'
import type { DesiredInfrastructure, DesiredPool, ObservedMachine } from './provider.ts'
import { rehearseMachines } from './rehearse-pools.ts'

const machine = (name: string, more: Partial<ObservedMachine> = {}): ObservedMachine => ({
  ...{ providerId: `id/${name}`, name, pool: name.split('-')[1] ?? '', isControlPlane: false, state: 'Running' },
  ...{ message: '', kubernetesVersion: '1.34.4', addresses: [], labels: {}, taints: [] },
  ...more,
})
const pool = (name: string, size: number, more: Partial<DesiredPool> = {}): DesiredPool => ({
  ...{ name, isControlPlane: false, useControlPlaneAsWorker: false, size, labels: {}, taints: [] },
  ...{ kubernetesVersion: '1.34.4', ...more },
})
const heal = { drift: 'heal', nodes: 'heal' } as const
const observed = (machines: ObservedMachine[]) => ({
  ...{ exists: true, controlPlaneReady: true, endpoint: null, kubernetesVersion: '1.34.4', resources: [] },
  ...{ machines, ordinals: {} },
})
const changes = (pools: DesiredPool[], machines: ObservedMachine[], more: Partial<DesiredInfrastructure> = {}) =>
  rehearseMachines(
    {
      ...{ identity: { tenant: 't', uid: 'u', name: 'c' }, kubernetesVersion: '1.34.4', cloudConfig: {}, pools },
      ...{ policy: heal, replace: [], ...more },
    },
    observed(machines),
  ).changes.map(({ name, change, replacedBy }) => `${change} ${name}${replacedBy ? ` by ${replacedBy}` : ''}`)

const two = [machine('c-w-0'), machine('c-w-1')]

it.each<[string, string[], string[]]>([
  ['nothing when all is as desired', changes([pool('w', 2)], two), []],
  ['all that is missing', changes([pool('w', 4)], two), ['added c-w-2', 'added c-w-3']],
  ['what is too much', changes([pool('w', 1)], two), ['removed c-w-1']],
  [
    'every machine when Kubernetes gets newer, once the control plane has',
    changes([pool('w', 2, { kubernetesVersion: '1.35.1' })], two, { kubernetesVersion: '1.35.1' }),
    ['replaced c-w-1 by c-w-2', 'replaced c-w-0 by c-w-3'],
  ],
  ['the ones that are chosen', changes([pool('w', 2)], two, { replace: ['id/c-w-0'] }), ['replaced c-w-0 by c-w-2']],
  [
    'a pool that goes and one that comes',
    changes([pool('x', 1)], two),
    ['added c-x-0', 'removed c-w-0', 'removed c-w-1'],
  ],
  ['other labels', changes([pool('w', 2, { labels: { a: 'b' } })], two), ['updated c-w-0', 'updated c-w-1']],
  ['the same while machines still start', changes([pool('w', 1)], [machine('c-w-0', { state: 'Provisioning' })]), []],
])('finds %s', (_what, found, expected) => {
  expect(found).toEqual(expected)
})

it('ends: a pool of thousands that is replaced one by one is told in part', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => machine(`c-w-${index}`))
  const wanted = {
    ...{ identity: { tenant: 't', uid: 'u', name: 'c' }, kubernetesVersion: '1.35.1', cloudConfig: {} },
    ...{ pools: [pool('w', 1_000, { kubernetesVersion: '1.35.1' })], policy: heal, replace: [] },
  }
  const { changes: found, isWhole } = rehearseMachines(wanted, observed(many))
  expect(isWhole).toBe(false)
  expect(found.length).toBeGreaterThan(90)
  expect(rehearseMachines({ ...wanted, pools: [pool('w', 10_000)] }, observed([])).changes).toHaveLength(10_000)
})
