import { setPriority } from 'node:os'
import { explain } from '@atrium/dev-env/simulation/explain.ts'
import { simulate } from '@atrium/dev-env/simulation/simulation.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { beforeAll, describe, expect, it } from 'vitest'

const DEFAULT_SECONDS = 300
const ALL_SEEDS = 2_000

const numberIn = (name: string): number | null => (process.env[name] ? Number(process.env[name]) : null)
const only = numberIn('ATRIUM_SIM_SEED')
const first = only ?? numberIn('ATRIUM_SIM_FROM') ?? 1
const isWhole = process.env.ATRIUM_TEST_ALL === '1'
const seconds = numberIn('ATRIUM_SIM_SECONDS') ?? (isWhole ? Number.POSITIVE_INFINITY : DEFAULT_SECONDS)
const lastSeed = only ?? (isWhole ? first + ALL_SEEDS - 1 : Number.POSITIVE_INFINITY)

// It computes all the time, and other files of a whole run mostly wait: they go first.
beforeAll(() => setPriority(19))

describe('whatever is lost, doubled, late, cut off, set wrong or killed', { timeout: 4 * 3_600_000 }, () => {
  it('nothing acknowledged is lost, nothing is doubled or left over, and everything comes right', async () => {
    const startMs = systemClock.elapsed()
    const elapsedMs = (): number => systemClock.elapsed() - startMs
    let seed = first
    let simulatedMs = 0
    for (; seed <= lastSeed && (seed === first || elapsedMs() < seconds * 1000); seed += 1) {
      const outcome = await simulate(seed)
      if (outcome.problem) expect.fail(explain(outcome))
      simulatedMs += outcome.simulatedMs
    }
    const hours = (simulatedMs / 3_600_000).toFixed(1)
    process.stdout.write(
      `simulation: ${seed - first} seeds passed from ${first} on, ${hours} hours of their own time\n`,
    )
  })
})
