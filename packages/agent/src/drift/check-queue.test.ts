import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { CheckQueue } from './check-queue.ts'

test('a check that keeps failing is told once, again after it succeeded, and logged as a warning', async () => {
  const clock = new ManualClock()
  const warnings: unknown[] = []
  let broken = true
  const failing: string[] = []
  const queue = new CheckQueue({
    ...{ clock, logger: { ...silentLogger, warn: (fields) => void warnings.push(fields) }, concurrency: 1 },
    check: async () => {
      if (broken) throw new Error('webhook is away')
      return { againAfterMs: 0 }
    },
    onFailing: (key, error) => failing.push(`${key}: ${String(error)}`),
  })
  queue.add('a')
  await clock.advance(1_000)
  expect(failing).toEqual([])
  await clock.advance(120_000)
  expect(failing).toEqual(['a: Error: webhook is away'])
  expect(warnings).toHaveLength(1)
  broken = false
  await clock.advance(30_000)
  broken = true
  queue.add('a')
  await clock.advance(60_000)
  expect(failing).toHaveLength(2)
  await queue.stop()
})
