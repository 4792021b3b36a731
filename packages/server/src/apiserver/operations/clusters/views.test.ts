import { clusterConditions } from '@atrium/api/conditions.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { expect, test } from 'vitest'
import { viewCluster } from './views.ts'

const at = '2026-01-01T00:00:00Z'
const spec = { profiles: [], clusterConfig: {}, cloudType: 'local' } as unknown as ClusterSpec
const view = (statuses: Partial<Record<keyof typeof clusterConditions, 'True' | 'False'>>, over: object = {}) =>
  viewCluster({
    meta: { uid: 'c', name: 'c', labels: {}, annotations: {}, createdAt: at, updatedAt: at, deletedAt: null },
    spec: { ...spec, ...over },
    status: {},
    conditions: Object.entries(statuses).map(([name, status]) => ({
      ...{ type: clusterConditions[name as keyof typeof clusterConditions], status },
      ...{ reason: 'Because', message: '', lastTransitionTime: at },
    })),
  } as unknown as StoredObject<'Cluster'>)
const told = (statuses: Parameters<typeof view>[0]) =>
  view(statuses).status?.conditions?.map(({ type, status }) => `${type}=${status}`)

test('one that serves shows no condition that is not true: clients that wait for a deployment take each for a sign of trouble', () => {
  expect(told({ ready: 'True', stalled: 'False', inSync: 'False' })).toEqual(['Ready=True'])
  expect(told({ ready: 'True', stalled: 'False', inSync: 'True' })).toEqual(['Ready=True', 'InSync=True'])
})

test('what keeps it from serving is shown', () => {
  expect(told({ ready: 'False', layersReady: 'False', stalled: 'True' })).toEqual([
    ...['Ready=False', 'LayersReady=False', 'Stalled=True'],
  ])
})

test('it always says about repaving: clients read on below; nobody repaves machines of an imported one', () => {
  expect(view({}).status?.repave).toEqual({ state: 'Approved' })
  expect(view({}, { import: { mode: 'full', linkIssuedAt: at } }).status?.repave).toEqual({})
})
