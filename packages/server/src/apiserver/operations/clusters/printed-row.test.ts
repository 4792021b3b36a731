import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { expect, test } from 'vitest'
import { Projectors } from '../../http/projector.ts'
import { loadContract } from '../../http/table.ts'
import { printRow, textsOfRow } from './printed-row.ts'
import { viewSummary } from './summary.ts'

const { schemas } = loadContract()
const projectors = new Projectors(schemas)
const print = (schema: string, value: unknown): string => projectors.print(schema, value)
const at = '2026-01-01T00:00:00.000Z'
const later = '2026-01-01T00:00:05.000Z'

const clusterOf = (labels: Record<string, string>, lastHeartbeatAt?: string): Promise<StoredObject<'Cluster'>> =>
  new MemoryStore({ clock: new ManualClock(), random: seededRandom(1) }).transaction(
    't',
    { type: 'user', uid: 'u', name: 'u' },
    (tx) =>
      tx.create({
        ...newCluster('c', { labels }),
        ...(lastHeartbeatAt && {
          status: {
            agent: {
              ...{ enrolled: true, connected: true, version: '1', lastHeartbeatAt, podName: 'p' },
              ...{ sessionEpoch: 1, planeEpoch: 1 },
            },
          },
        }),
      }),
  )

test.each([
  ['heard of just now, and at some time before', at, later],
  ['heard of at some time before', at, undefined],
  ['heard of just now for the first time', undefined, later],
  ['never heard of', undefined, undefined],
])('a cluster that was %s is printed as its view is', async (_words, stored, newest) => {
  const cluster = await clusterOf({ team: 'blue', 'a"b\\u0000': '"\\u0000"', ü: '$&$1' }, stored)
  const text = textsOfRow(printRow(cluster, print), newest).join('')
  expect(text).toBe(print('v1SpectroClusterSummary', viewSummary(cluster, newest)))
  expect(JSON.parse(text).status.health.lastHeartBeatTimestamp).toBe(newest ?? stored)
})
