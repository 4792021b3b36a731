import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeRef } from '@atrium/kube/object.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { HealthBoard } from './health.ts'
import { newRecord } from './records.ts'

const claim = (name: string) => ({
  object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'web' } },
  ...{ manager: 'm', keep: false, adopted: false },
})
const record = {
  ...newRecord({ id: 'p/web', name: 'web' }, 0),
  key: 'k',
  units: [{ id: 'manifest:web', objects: [claim('a'), claim('b'), claim('c')] }],
}

/** An API server that shows each object only after this time, and stops when nobody waits any more. */
const slow = (clock: ManualClock, ms: number): KubeClient => {
  const find = async ({ name }: KubeRef, signal: AbortSignal) => {
    await clock.sleep(ms, signal)
    if (signal.aborted) throw new Error('aborted')
    return { ...claim(name).object, status: { phase: 'Bound' } }
  }
  return { find } as unknown as KubeClient
}

async function looked(ms: number): Promise<ReturnType<HealthBoard['get']>> {
  const clock = new ManualClock()
  const board = new HealthBoard(slow(clock, ms), clock)
  const done = board.refresh(record, new AbortController().signal)
  await clock.advance(60_000)
  await done
  expect(clock.pending).toBe(0)
  return board.get(record)
}

test('a look at a layer takes as long as it takes, within its limit', async () => {
  expect(await looked(5_000)).toMatchObject({ ready: true })
})

test('objects that come slowly, each in its time, do not hold a look for ever: the layer says why it is not known', async () => {
  expect(await looked(9_000)).toMatchObject({ ready: false, message: expect.stringContaining('did not answer within') })
})

test('one that is stopped meanwhile ends at once', async () => {
  const clock = new ManualClock()
  const stopping = new AbortController()
  const done = new HealthBoard(slow(clock, 60_000), clock).refresh(record, stopping.signal)
  await clock.advance(1)
  stopping.abort()
  expect(await done).toBe(true)
  expect(clock.pending).toBe(0)
})
