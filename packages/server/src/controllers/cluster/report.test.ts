import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { AgentMessage, LayerReport } from '@atrium/api/link/protocol.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { tenant, user, World } from '../testing/world.ts'
import { applyReport } from './report.ts'

type State = Extract<AgentMessage, { type: 'state' }>
type Deviations = Extract<AgentMessage, { type: 'deviations' }>

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const desiredLayer = (name: string, valuesDigest: string): DesiredState['layers'][number] => ({
  ...{ id: `apps/${name}`, name, profileUid: 'p', packUid: `k-${name}`, version: '1.0.0', kind: 'addon' as const },
  ...{ priority: 0, valuesDigest, manifests: [], namespace: 'default' },
})
const told = (name: string, installedDigest: string | null, state: LayerReport['state'] = 'Ready'): LayerReport => ({
  ...{ id: `apps/${name}`, state, message: '', startedAt: null, finishedAt: null, installedDigest },
})
const state = (change: Partial<State> = {}): State => ({
  type: 'state',
  seq: 1,
  applied: null,
  working: { epoch: 1, generation: 1 },
  layers: [],
  health: { state: 'Unknown', message: '' },
  nodes: [],
  kubernetesVersion: 'v1.34.4',
  metrics: {
    ...{ cpuCoresTotal: 4, cpuCoresUsed: 1, memoryBytesTotal: 8, memoryBytesUsed: 2 },
    ...{ nodesTotal: 1, nodesReady: 1, podsTotal: 1, podsRunning: 1 },
  },
  ...change,
})
const deviation = (id: string, stateOf: 'open' | 'repaired'): Deviations['items'][number] => ({
  ...{ id, type: 'changed', object: 'v1 ConfigMap default/web', layer: 'apps/web', diff: [], action: 'heal' },
  ...{ detectedAt: '2026-01-01T00:00:00.000Z', state: stateOf, message: 'm' },
  resolvedAt: stateOf === 'open' ? null : '2026-01-01T00:00:01.000Z',
})

let world: World
beforeEach(async () => {
  world = new World()
  await world.createCluster()
  world.stop()
  await world.store.transaction(tenant, user, async (tx) => {
    const layers = [desiredLayer('web', digest('a')), desiredLayer('db', digest('b'))]
    const index = Buffer.from(JSON.stringify({ layers }))
    const desired = { epoch: 1, generation: 1, digest: await tx.putBlob(index) }
    await tx.updateStatus('Cluster', world.uid, { status: { desired } })
  })
  await drain()
})

/** Whether the report woke the controller. */
async function apply(report: Exclude<AgentMessage, { type: 'heartbeat' }>): Promise<boolean> {
  await world.store.transaction(tenant, user, (tx) => applyReport(tx, world.uid, report, '2026-01-02T00:00:00.000Z'))
  return (await drain()) > 0
}
async function drain(): Promise<number> {
  const claims = await world.store.queue.claim({ owner: 'test', kinds: ['Cluster'], limit: 10, leaseMs: 1000 })
  for (const claim of claims) await world.store.queue.finish(claim, { failed: false })
  return claims.length
}
const layers = async () => (await world.must()).status.layers?.map(({ name, state: is }) => [name, is])

describe('applyReport', () => {
  it('wakes the controller when a fact changed, and for metrics alone does not', async () => {
    expect(await apply(state())).toBe(true)
    expect(await apply(state({ seq: 2 }))).toBe(false)
    const metrics = { ...state().metrics, cpuCoresUsed: 3 }
    expect(await apply(state({ metrics }))).toBe(false)
    expect((await world.must()).status.metrics?.cpuCoresUsed).toBe(3)
    expect(await apply(state({ applied: { epoch: 1, generation: 1 } }))).toBe(true)
  })

  it('shows every desired layer, also those the agent says nothing of', async () => {
    await apply(state({ layers: [told('web', digest('a')), told('stranger', digest('c'))] }))
    expect(await layers()).toEqual([
      ['web', 'Ready'],
      ['db', 'WaitingForOtherLayers'],
    ])
  })

  it('believes a report on an older desired state only for layers that stayed the same', async () => {
    await apply(state({ working: null, layers: [told('web', digest('a')), told('db', digest('old'))] }))
    expect(await layers()).toEqual([
      ['web', 'Ready'],
      ['db', 'WaitingForOtherLayers'],
    ])
    await apply(state({ layers: [told('web', digest('a')), told('db', digest('old'), 'Error')] }))
    expect(await layers()).toEqual([
      ['web', 'Ready'],
      ['db', 'Error'],
    ])
  })

  it('keeps deviations by id, counts the open ones and tells them once', async () => {
    const items = [deviation('one', 'open'), deviation('two', 'open')]
    await apply({ type: 'deviations', seq: 1, items })
    await apply({ type: 'deviations', seq: 1, items })
    await apply({ type: 'deviations', seq: 2, items: [deviation('one', 'repaired')] })
    const { status } = await world.must()
    expect(status.openDeviations).toBe(1)
    expect(status.deviations?.map(({ id, state: is }) => [id, is])).toEqual([
      ['two', 'open'],
      ['one', 'repaired'],
    ])
    const ref = { kind: 'Cluster', uid: world.uid }
    const { items: events } = await world.store.transaction(tenant, user, (tx) => tx.events(ref, { limit: 10 }))
    expect(events.map(({ reason }) => reason).sort()).toEqual([
      'DeviationDetected',
      'DeviationDetected',
      'DeviationRepaired',
    ])
  })

  it('closes what the agent no longer knows of, whatever became of its report', async () => {
    const node = { ...deviation('node:x:y', 'open'), type: 'node' as const }
    const failed = { ...deviation('failed', 'open'), state: 'failed' as const }
    await apply({ type: 'deviations', seq: 1, items: [deviation('lost', 'open'), deviation('known', 'open'), failed] })
    await world.store.transaction(tenant, user, async (tx) => {
      const before = (await tx.get('Cluster', world.uid))?.status.deviations ?? []
      await tx.updateStatus('Cluster', world.uid, { status: { deviations: [...before, node] } })
    })
    await apply(state({ seq: 2 }))
    expect((await world.must()).status.deviations?.filter(({ state: is }) => is === 'repaired')).toEqual([])
    expect(await apply(state({ seq: 3, openDeviations: ['known'] }))).toBe(true)
    const { status } = await world.must()
    const repaired = status.deviations?.filter(({ state: is }) => is === 'repaired')
    expect(repaired?.map(({ id, resolvedAt }) => [id, resolvedAt]).sort()).toEqual([
      ['failed', '2026-01-02T00:00:00.000Z'],
      ['lost', '2026-01-02T00:00:00.000Z'],
    ])
    expect(status.openDeviations).toBe(2)
    expect(await apply(state({ seq: 4, openDeviations: ['known'] }))).toBe(false)
  })

  it('ignores a cluster that is gone', async () => {
    await world.store.transaction(tenant, user, (tx) => applyReport(tx, 'f'.repeat(24), state(), ''))
  })
})
