import type { ObservedMachine } from '@atrium/provider-contract/provider.ts'
import { describe, expect, it } from 'vitest'
import { type KnownMachine, mergeNodeDeviations, type NodeFact, planMachines, trimDeviations } from './plan.ts'

const now = Date.UTC(2026, 0, 1, 1)
const ago = (ms: number): string => new Date(now - ms).toISOString()

const observed = (change: Partial<ObservedMachine> = {}): ObservedMachine => ({
  providerId: 'local://c/w-0',
  name: 'w-0',
  pool: 'w',
  isControlPlane: false,
  state: 'Running',
  message: '',
  kubernetesVersion: '1.34.4',
  addresses: [],
  labels: {},
  taints: [],
  ...change,
})
const known = (status: KnownMachine['status'] = {}, createdAt = ago(3_600_000)): KnownMachine => ({
  uid: 'm1',
  name: 'w-0',
  createdAt,
  spec: { clusterUid: 'c', pool: 'w', isControlPlane: false },
  status: {
    providerId: 'local://c/w-0',
    nodeName: 'w-0',
    joined: true,
    nodeReady: true,
    unhealthySince: null,
    ...status,
  },
})
const node = (ready: boolean, notReadySince: string | null = null): NodeFact => ({
  name: 'w-0',
  providerId: 'local://c/w-0',
  ready,
  message: ready ? '' : 'kubelet stopped posting status',
  notReadySince,
})

const plan = (change: Partial<Parameters<typeof planMachines>[0]> = {}) =>
  planMachines({
    clusterUid: 'c',
    observed: [observed()],
    known: [known()],
    nodes: [node(true)],
    canJoin: true,
    policy: 'heal',
    now,
    graceMs: 10_000,
    startupMs: 600_000,
    ...change,
  })

describe('planMachines', () => {
  it('tells one deviation of a machine that is replaced, also while the cloud takes it down', () => {
    const since = ago(20_000)
    const wrong = { unhealthySince: since, unhealthyReason: 'the cloud reports Failed' }
    const failed = plan({ observed: [observed({ state: 'Failed' })], known: [known(wrong)] })
    const going = plan({
      observed: [observed({ state: 'Deleting' })],
      known: [known({ ...wrong, replacing: true })],
    })
    expect(failed.deviations).toHaveLength(1)
    expect(going.deviations.map(({ id, detectedAt }) => [id, detectedAt])).toEqual([[failed.deviations[0]?.id, since]])
    expect(going.machines[0]?.status).toMatchObject(wrong)
  })

  it.each([
    ['well', {}, [], null],
    ['stopped just now', { observed: [observed({ state: 'Failed' })] }, [], 10_000],
    [
      'stopped for longer than the grace',
      { observed: [observed({ state: 'Failed' })], known: [known({ unhealthySince: ago(10_000) })] },
      ['local://c/w-0'],
      null,
    ],
    ['gone: no grace', { observed: [observed({ state: 'Deleted' })] }, ['local://c/w-0'], null],
    ['node not ready, just heard', { nodes: [node(false, ago(0))] }, [], 10_000],
    [
      'node not ready within the grace',
      { nodes: [node(false, ago(4000))], known: [known({ unhealthySince: ago(4000) })] },
      [],
      6000,
    ],
    [
      'node not ready since long',
      { nodes: [node(false, ago(60_000))], known: [known({ unhealthySince: ago(60_000) })] },
      ['local://c/w-0'],
      null,
    ],
    ['not ready just now, by a clock behind ours', { nodes: [node(false, ago(300_000))] }, [], 10_000],
    ['not ready just now, by a clock ahead of ours', { nodes: [node(false, ago(-300_000))] }, [], 10_000],
    [
      'node deleted by someone',
      { nodes: [], known: [known({ unhealthySince: ago(20_000) })] },
      ['local://c/w-0'],
      null,
    ],
    [
      'node not ready, but the agent is silent: not known',
      { nodes: null, known: [known({ nodeReady: false })] },
      [],
      null,
    ],
    [
      'new and not ready yet',
      {
        observed: [observed({ state: 'Provisioned' })],
        known: [known({ joined: false }, ago(30_000))],
        nodes: [node(false)],
      },
      [],
      null,
    ],
    [
      'new and never ready, while there is no API server to join',
      {
        observed: [observed({ state: 'Provisioned' })],
        known: [known({ joined: false }, ago(700_000))],
        nodes: null,
        canJoin: false,
      },
      [],
      null,
    ],
    [
      'new and never ready',
      {
        observed: [observed({ state: 'Provisioned' })],
        known: [known({ joined: false, unhealthySince: ago(11_000) }, ago(700_000))],
        nodes: [],
      },
      ['local://c/w-0'],
      null,
    ],
    ['leaving by itself', { observed: [observed({ state: 'Deleting' })], nodes: [node(false, ago(60_000))] }, [], null],
    ['already being replaced, and back', { known: [known({ replacing: true })] }, ['local://c/w-0'], null],
    [
      'control plane',
      {
        observed: [observed({ state: 'Failed', isControlPlane: true })],
        known: [known({ unhealthySince: ago(60_000) })],
      },
      [],
      null,
    ],
    [
      'policy alert',
      {
        policy: 'alert' as const,
        observed: [observed({ state: 'Failed' })],
        known: [known({ unhealthySince: ago(60_000) })],
      },
      [],
      null,
    ],
  ])('%s', (_name, change, replace, nextCheckMs) => {
    const result = plan(change as Partial<Parameters<typeof planMachines>[0]>)
    expect({ replace: result.replace, nextCheckMs: result.nextCheckMs }).toEqual({ replace, nextCheckMs })
  })

  it('remembers since when a machine is unwell, and forgets it when it is well again', () => {
    const since = ago(5000)
    const unwell = plan({ observed: [observed({ state: 'Failed' })], known: [known({ unhealthySince: since })] })
    expect(unwell.machines[0]?.status.unhealthySince).toBe(since)
    expect(plan({ known: [known({ unhealthySince: since })] }).machines[0]?.status.unhealthySince).toBeNull()
  })

  it('tells machines that are new and those that are gone', () => {
    const other = observed({ providerId: 'local://c/w-1', name: 'w-1' })
    const result = plan({ observed: [other], nodes: [] })
    expect(result.machines.map(({ uid, name }) => [uid, name])).toEqual([[null, 'w-1']])
    expect(result.gone.map(({ name }) => name)).toEqual(['w-0'])
  })
})

describe('deviations of nodes', () => {
  const deviation = plan({ observed: [observed({ state: 'Deleted' })] }).deviations[0]
  it('are added once and closed when they are no longer seen; others are left alone', () => {
    if (!deviation) throw new Error('no deviation')
    const drift = { ...deviation, id: 'd', type: 'changed' as const }
    const open = mergeNodeDeviations([drift], [deviation], 't1')
    expect(open.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [deviation.id, 'open'],
        ['d', 'open'],
      ]),
    )
    expect(mergeNodeDeviations(open, [deviation], 't2')).toEqual(open)
    const closed = mergeNodeDeviations(open, [], 't3')
    expect(closed.find(({ id }) => id === deviation.id)).toMatchObject({ state: 'repaired', resolvedAt: 't3' })
    expect(closed.find(({ id }) => id === 'd')).toEqual(drift)
  })
  it('are bounded: the oldest closed ones go first', () => {
    if (!deviation) throw new Error('no deviation')
    const many = Array.from({ length: 150 }, (_, index) => ({
      ...deviation,
      id: String(index),
      state: 'repaired' as const,
      detectedAt: new Date(index).toISOString(),
    }))
    const kept = trimDeviations([...many, { ...deviation, detectedAt: new Date(0).toISOString() }])
    expect(kept).toHaveLength(101)
    expect(kept[0]?.id).toBe(deviation.id)
    expect(kept[1]?.id).toBe('149')
    expect(trimDeviations(many.map((one) => ({ ...one, state: 'failed' as const })))).toHaveLength(many.length)
  })
})
