import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import type { SilentParts } from '@atrium/toolchain/platform.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { HUNG_MS, type KeptPart, keepParts } from './keeper.ts'

describe('parts beside the server', () => {
  let clock: ManualClock
  let running: boolean
  let works: boolean
  let answers: boolean
  let triesMs: number[]
  let silent: SilentParts
  let stop: () => Promise<void>
  const part: KeptPart = {
    name: 'part',
    isRunning: () => running,
    // One that hangs does not even say no.
    probe: () => (answers ? Promise.resolve(null) : new Promise(() => undefined)),
    async end() {
      running = false
    },
    async restart() {
      triesMs.push(clock.now())
      if (!works) throw new Error('no')
      running = true
      answers = true
    },
  }
  beforeEach(() => {
    clock = new ManualClock()
    running = true
    works = true
    answers = true
    triesMs = []
    const tell = (now: SilentParts): void => {
      silent = structuredClone(now)
    }
    stop = keepParts([part], { clock, logger: silentLogger, tell })
  })

  it('are started again when they died, later each time while that does not help, and not once that is stopped', async () => {
    works = false
    await clock.advance(10_000)
    expect(triesMs).toEqual([])
    running = false
    const diedMs = clock.now()
    await clock.advance(10_000)
    const waits = triesMs.map((at, index) => at - (triesMs[index - 1] ?? diedMs))
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

  it('that run and answer nobody are told, and replaced when that lasts', async () => {
    await clock.advance(10_000)
    expect(silent).toEqual({})
    answers = false
    await clock.advance(HUNG_MS - 10_000)
    expect(silent).toMatchObject({ part: { reason: 'no answer in time' } })
    expect(triesMs).toEqual([])
    await clock.advance(30_000)
    expect(triesMs).toHaveLength(1)
    expect(running).toBe(true)
    expect(silent).toEqual({})
    await stop()
  })

  it('that answer again meanwhile are left alone', async () => {
    answers = false
    await clock.advance(HUNG_MS - 10_000)
    answers = true
    await clock.advance(20_000)
    expect(silent).toEqual({})
    answers = false
    await clock.advance(HUNG_MS - 10_000)
    expect(triesMs).toEqual([])
    await stop()
  })
})
