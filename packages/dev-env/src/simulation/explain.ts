import type { Outcome } from './simulation.ts'

export const TEST_FILE = 'packages/dev-env/test/simulation-seeds.test.ts'

/** What failed, how to see it again, and what happened last. */
export function explain({ seed, problem, trace, events, simulatedMs }: Outcome): string {
  if (!problem) return `seed ${seed} passed`
  return [
    `seed ${seed} failed after ${(simulatedMs / 1000).toFixed(0)} s of its own time and ${events} events`,
    `${problem.checker}: ${problem.message}`,
    `again: ATRIUM_SIM_SEED=${seed} ./atrium test ${TEST_FILE}`,
    'the last events:',
    ...trace,
  ].join('\n')
}
