import { expect, it } from 'vitest'
import { silentLogger } from '../base/logger.ts'
import { ManualClock } from '../base/manual-clock.ts'
import { seededRandom } from '../base/seeded-random.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { Doom, doomedStore } from '../testing/doom.ts'
import { startSingleton } from './singleton.ts'

it('runs a periodic job in one process at a time, and another takes over when that one dies', async () => {
  const clock = new ManualClock()
  const random = seededRandom(3)
  const store = new MemoryStore({ clock, random })
  const runs: string[] = []
  const start = (owner: string, doom: Doom) =>
    startSingleton(
      {
        name: 'sweep',
        everyMs: 10_000,
        run: async () => {
          runs.push(owner)
          await clock.sleep(20_000)
        },
      },
      { store: doomedStore(store, doom), clock, random, logger: silentLogger, owner },
    )
  const doom = new Doom()
  start('a', doom)
  const stop = start('b', new Doom())
  await clock.advance(100_000)
  expect(new Set(runs).size).toBe(1)
  expect(runs.length).toBeGreaterThan(2)
  doom.kill()
  await clock.advance(120_000)
  expect(runs.at(-1)).toBe('b')
  const stopped = stop()
  await clock.advance(30_000)
  await stopped
  expect(await store.lease('sweep', 'c', 1)).toBe(true)
})
