import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { type ToolProgress, throttled } from './progress.ts'

const step = (work: string, done: number): ToolProgress => ({
  ...{ kind: 'step', work, phase: 'compiling', done, total: 2000, secondsLeft: null },
})

test('of a build with thousands of steps a few are told, of each piece of work, and every note', async () => {
  const clock = new ManualClock()
  const told: string[] = []
  const tell = throttled(
    (event) => told.push(event.kind === 'note' ? event.message : `${event.work} ${event.done}`),
    clock,
  )
  for (let done = 0; done < 1000; done += 1) {
    tell(step('etcd', done))
    tell(step('helm', done))
    await clock.advance(20)
  }
  tell({ kind: 'note', message: 'built' })
  tell({ kind: 'note', message: 'ready' })
  expect(told).toEqual(['etcd 0', 'helm 0', 'etcd 500', 'helm 500', 'built', 'ready'])
})
