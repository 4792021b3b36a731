import type { DesiredState, NodeMaintenance } from '@atrium/api/link/desired-state.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { describe, expect, test } from 'vitest'
import { MARK, Maintenance, maintenancePatch } from './maintenance.ts'

const node = (name: string, over: { mark?: string; unschedulable?: true } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: over.mark === undefined ? {} : { [MARK]: over.mark } },
  spec: { ...(over.unschedulable && { unschedulable: true }) },
})
const asked = (action: NodeMaintenance['action'], at = 'now', name = 'a'): NodeMaintenance => ({
  node: name,
  action,
  at,
})
const cordoned = { metadata: { annotations: { [MARK]: 'cordon@now' } }, spec: { unschedulable: true } }

test.each([
  ['a node that is asked into maintenance is cordoned', node('a'), asked('cordon'), cordoned],
  ['one that is in it is left alone', node('a', { mark: 'cordon@now', unschedulable: true }), asked('cordon'), null],
  ['one that somebody took out of it is put back', node('a', { mark: 'cordon@now' }), asked('cordon'), cordoned],
  [
    'out of maintenance it takes pods, also where somebody else had cordoned it',
    node('a', { unschedulable: true }),
    asked('uncordon'),
    { metadata: { annotations: { [MARK]: 'uncordon@now' } }, spec: { unschedulable: null } },
  ],
  [
    'what others do to it from then on is theirs',
    node('a', { mark: 'uncordon@now', unschedulable: true }),
    asked('uncordon'),
    null,
  ],
  [
    'asked again, it is done again',
    node('a', { mark: 'uncordon@before', unschedulable: true }),
    asked('uncordon'),
    { metadata: { annotations: { [MARK]: 'uncordon@now' } }, spec: { unschedulable: null } },
  ],
])('%s', (_, live, request, patch) => {
  expect(maintenancePatch(live, request)).toEqual(patch)
})

describe('in a cluster', () => {
  const clock = new ManualClock()
  /** Nodes as the API server has them; a patch is refused while it says why. */
  function cluster(names: string[]) {
    const live = new Map(names.map((name) => [name, node(name)]))
    const told: string[] = []
    const world = { refusal: '', patches: 0, wanted: [] as NodeMaintenance[] }
    const maintenance = new Maintenance({
      clock,
      desired: () => ({ nodes: world.wanted }) as DesiredState,
      tell: (severity, reason, involved) => void told.push(`${severity} ${reason} ${involved}`),
      onChange: () => undefined,
      client: {
        patch: async <T>({ name }: { name: string }, patch: unknown): Promise<T> => {
          world.patches += 1
          if (world.refusal) throw new Error(world.refusal)
          const { metadata, spec } = patch as { metadata: object; spec: { unschedulable: true | null } }
          const changed = { ...node(name), metadata: { name, ...metadata }, spec: { ...spec } }
          live.set(name, changed)
          return changed as T
        },
      },
    })
    for (const one of live.values()) maintenance.observe('present', one)
    return { world, told, maintenance, reported: (name: string) => maintenance.report(live.get(name) ?? node(name)) }
  }

  test('nodes it knows are brought there once, and are reported with what was done', async () => {
    const { world, maintenance, reported, told } = cluster(['a', 'b'])
    world.wanted = [asked('cordon'), asked('cordon', 'now', 'gone')]
    maintenance.wake()
    await maintenance.stop()
    expect(reported('a')).toEqual({ maintenance: { done: 'cordon@now', problem: '' } })
    expect(reported('b')).toEqual({})
    expect([world.patches, told]).toEqual([1, ['Info NodeCordoned Node a']])
  })

  test('one that somebody uncordons again and again is left alone for a while, and says so', async () => {
    const { world, maintenance, reported } = cluster(['a'])
    world.wanted = [asked('cordon')]
    maintenance.wake()
    for (let round = 0; round < 8; round += 1) {
      await clock.advance(1_000)
      maintenance.observe('present', node('a', { mark: 'cordon@now' }))
    }
    await clock.advance(0)
    expect(world.patches).toBe(5)
    expect(reported('a').maintenance?.problem).toContain('somebody uncordons it')
    await clock.advance(300_000)
    expect([world.patches, reported('a').maintenance?.problem]).toEqual([6, ''])
    await maintenance.stop()
  })

  test('one that it is not allowed to change says why, is told once, and tried again after a while', async () => {
    const { world, maintenance, reported, told } = cluster(['a'])
    world.wanted = [asked('cordon')]
    world.refusal = 'nodes "a" is forbidden'
    maintenance.wake()
    await clock.advance(0)
    maintenance.wake()
    await clock.advance(0)
    expect(world.patches).toBe(1)
    expect(reported('a')).toEqual({ maintenance: { done: '', problem: 'nodes "a" is forbidden' } })
    await clock.advance(2_000)
    expect(world.patches).toBe(2)
    world.refusal = ''
    await clock.advance(4_000)
    expect(reported('a')).toEqual({ maintenance: { done: 'cordon@now', problem: '' } })
    expect(told).toEqual(['Warning NodeMaintenanceFailed Node a', 'Info NodeCordoned Node a'])
    await maintenance.stop()
  })
})
