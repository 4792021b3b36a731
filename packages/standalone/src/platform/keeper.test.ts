import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, it } from 'vitest'
import { keepParts } from './keeper.ts'

it('starts what died again, later each time while that does not help, and nothing once it is stopped', async () => {
  const clock = new ManualClock()
  const beganMs = clock.now()
  let running = true
  let works = false
  const triesMs: number[] = []
  const part = {
    name: 'part',
    isRunning: () => running,
    restart: async () => {
      triesMs.push(clock.now() - beganMs)
      if (!works) throw new Error('no')
      running = true
    },
  }
  const stop = keepParts([part], clock, silentLogger)
  await clock.advance(10_000)
  expect(triesMs).toEqual([])
  running = false
  await clock.advance(10_000)
  const waits = triesMs.map((at, index) => at - (triesMs[index - 1] ?? 10_000))
  expect(waits).toEqual([500, 1000, 2000, 4000])
  works = true
  await clock.advance(8_000)
  expect(running).toBe(true)
  const tries = triesMs.length
  await stop()
  running = false
  await clock.advance(60_000)
  expect(triesMs).toHaveLength(tries)
})
