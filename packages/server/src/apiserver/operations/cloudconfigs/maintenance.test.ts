import type { ClusterSpec, ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { NodeMaintenance } from '@atrium/api/link/desired-state.ts'
import { describe, expect, test } from 'vitest'
import { askMaintenance, viewMaintenance } from './maintenance.ts'

type Node = NonNullable<ClusterStatus['nodes']>[number]
const node = (name: string, over: Partial<Node> = {}): Node => ({
  ...{ name, providerId: '', ready: true, message: '', notReadySince: null },
  ...over,
})
const cordon = (name: string, at = '1'): NodeMaintenance => ({ node: name, action: 'cordon', at })
const uncordon = (name: string, at = '1'): NodeMaintenance => ({ node: name, action: 'uncordon', at })
const cluster = (nodes: Node[], maintenance: NodeMaintenance[] = [], agent: object = {}) => ({
  spec: { maintenance } as unknown as ClusterSpec,
  status: {
    nodes,
    metrics: { nodesTotal: nodes.length },
    agent: { connected: true, version: '1.2.3', ...agent },
  } as unknown as ClusterStatus,
})

describe('asking', () => {
  const two = [node('a'), node('b')]

  test('the last word counts; to be in maintenance is asked once, to be out of it as often as one likes', () => {
    expect(askMaintenance(cluster(two, [cordon('a')]), uncordon('a', '2'))).toEqual([uncordon('a', '2')])
    expect(askMaintenance(cluster(two, [cordon('a'), cordon('b')]), cordon('a', '2'))).toEqual([
      cordon('a'),
      cordon('b'),
    ])
    expect(askMaintenance(cluster(two, [uncordon('a')]), uncordon('a', '2'))).toEqual([uncordon('a', '2')])
  })

  test('nodes that are gone are forgotten, unless the agent could not list all', () => {
    const gone = cluster(two, [cordon('gone')])
    expect(askMaintenance(gone, cordon('a'))).toEqual([cordon('a')])
    const many = {
      ...gone,
      status: { ...gone.status, metrics: { nodesTotal: 3 } as ClusterStatus['metrics'] & object },
    }
    expect(askMaintenance(many, cordon('a'))).toEqual([cordon('gone'), cordon('a')])
  })

  test('there is room for 200: those out of maintenance make place, those in it do not', () => {
    const names = Array.from({ length: 201 }, (_, index) => `n${index}`)
    const nodes = names.map((name) => node(name))
    const full = names.slice(0, 200).map((name) => cordon(name))
    expect(() => askMaintenance(cluster(nodes, full), cordon('n200'))).toThrow(/200 nodes are in maintenance/)
    const mixed = full.map((one, index) => (index < 2 ? uncordon(one.node) : one))
    const asked = askMaintenance(cluster(nodes, mixed), cordon('n200'))
    expect([asked?.length, asked?.[0], asked?.at(-1)]).toEqual([200, uncordon('n1'), cordon('n200')])
  })
})

describe('the state of a machine', () => {
  const done = (mark: string, over: Partial<Node> = {}) =>
    node('a', { maintenance: { done: mark, problem: '' }, ...over })
  const taken = done('uncordon@1', { unschedulable: true })
  const refused = node('a', { maintenance: { done: '', problem: 'forbidden' } })
  test.each<[string, Node[], NodeMaintenance[], object, string, RegExp]>([
    ['nothing was asked', [node('a')], [], {}, '', /^$/],
    [
      'nothing was asked, and somebody cordoned it',
      [node('a', { unschedulable: true })],
      [],
      {},
      '',
      /somebody cordoned/,
    ],
    ['asked while the agent is away', [node('a')], [cordon('a')], { connected: false }, 'Initiated', /when it comes/],
    ['asked of an agent', [node('a')], [cordon('a')], {}, 'InProgress', /of version 1\.2\.3, has not done it yet/],
    ['cordoned', [done('cordon@1', { unschedulable: true })], [cordon('a')], {}, 'Completed', /no new pods/],
    ['cordoned, and somebody takes it out', [done('cordon@1')], [cordon('a')], {}, 'InProgress', /not done it yet/],
    ['uncordoned', [done('uncordon@1')], [uncordon('a')], {}, 'Completed', /takes pods/],
    ['uncordoned, then cordoned by somebody', [taken], [uncordon('a')], {}, 'Completed', /somebody cordoned it since/],
    ['uncordoned for the request before', [done('uncordon@0')], [uncordon('a')], {}, 'InProgress', /not done it yet/],
    ['the cluster refuses', [refused], [cordon('a')], {}, 'Failed', /forbidden/],
    ['its node is gone', [], [cordon('a')], {}, 'Failed', /not in the cluster/],
  ])('%s', (_, nodes, maintenance, agent, state, message) => {
    const told = viewMaintenance(cluster(nodes, maintenance, agent), 'a')
    expect([told.action, told.state]).toEqual([maintenance[0]?.action ?? '', state])
    expect(told.message).toMatch(message)
  })
})
