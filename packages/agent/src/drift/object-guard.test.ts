import type { KubeClient } from '@atrium/kube/client.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { expect, test } from 'vitest'
import { LayerGate } from '../layers/gate.ts'
import { RecordStore } from '../layers/records.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { DeviationLog } from './deviations.ts'
import { FightDetector } from './fight.ts'
import { fingerprint, ObjectGuard } from './object-guard.ts'

test('a deviation of a layer that went while the agent was away is closed at its start', async () => {
  const clock = new ManualClock()
  const deviations = await DeviationLog.open({
    store: memoryStore(),
    clock,
    logger: silentLogger,
    send: () => undefined,
    redact: (text) => text,
  })
  const seen = {
    type: 'changed' as const,
    object: 'v1 ConfigMap a/b',
    layer: 'p/l',
    diff: [],
    action: 'alert' as const,
  }
  for (const subject of ['/ConfigMap/a/b', 'release/a/b'])
    deviations.see(subject, { ...seen, state: 'open', message: 'm' })
  const guard = new ObjectGuard({
    // No record, nothing to watch.
    client: {} as KubeClient,
    records: await RecordStore.open(memoryStore()),
    ...{ gate: new LayerGate(), deviations, fights: new FightDetector(), clock, random: seededRandom(1) },
    ...{ logger: silentLogger, policy: () => 'alert' },
  })
  guard.start()
  // Releases are another guard's.
  expect(deviations.subjects()).toEqual(['release/a/b'])
  await guard.stop()
})

test.each([
  ['Deployment', 1, false],
  ['Deployment', 2, true],
  ['PriorityClass', 1, true],
  ['ConfigMap', undefined, true],
])('a write to a %s with generation %s wakes a check: %s', (kind, generation, wakes) => {
  const written = (version: string, its: number | undefined) =>
    fingerprint({
      ...{ apiVersion: 'v1', kind },
      metadata: { name: 'a', resourceVersion: version, ...(its === undefined ? {} : { generation: its }) },
    })
  expect(written('1', generation === undefined ? undefined : 1) !== written('2', generation)).toBe(wakes)
})
