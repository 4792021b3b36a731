import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { afterEach, expect, it } from 'vitest'
import { demoSpec, tenant, user, World } from '../testing/world.ts'
import { clusterFinalizer } from './scope.ts'

const COUNT = 20
const connected: ClusterStatus['agent'] = {
  ...{ enrolled: true, connected: true, version: '1', podName: 'p', sessionEpoch: 1 },
  lastHeartbeatAt: '2026-01-01T00:00:00.000Z',
}

const world = new World()
afterEach(() => world.stop())

it('gives many changed clusters their desired states, also while the cloud answers nobody', async () => {
  world.cloud.observe = () => new Promise(() => undefined) as never
  const uids = await world.store.transaction(tenant, user, async (tx) => {
    const made: string[] = []
    for (let index = 0; index < COUNT; index += 1) {
      const cluster = {
        kind: 'Cluster' as const,
        project: null,
        name: `c${index}`,
        spec: demoSpec({ cloudConfigUid: `config-${index}` }),
      }
      const { meta } = await tx.create({ ...cluster, finalizers: [clusterFinalizer], status: { agent: connected } })
      made.push(meta.uid)
    }
    return made
  })
  world.startPlane()
  await world.clock.advance(2_000)
  const clusters = await world.store.transaction(tenant, user, (tx) =>
    Promise.all(uids.map((uid) => tx.get('Cluster', uid))),
  )
  expect(clusters.filter((cluster) => cluster?.status.desired?.generation === 1)).toHaveLength(COUNT)
  const events = await world.store.transaction(tenant, user, (tx) =>
    tx.events({ kind: 'Cluster', uid: uids[COUNT - 1] ?? '' }, { limit: 0 }),
  )
  expect(events.items.map(({ reason }) => reason)).toEqual(['DesiredStateMade'])
})
