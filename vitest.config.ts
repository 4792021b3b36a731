import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { type Area, type AreaName, areaNames, areaOf, projectsOf } from './packages/cli/src/testing/areas.ts'

const projectOf = (name: string, area: Area, isolate = area.isolation === 'apart') => ({
  test: {
    name,
    include: [...area.include],
    exclude: ['**/node_modules/**', ...(area.exclude ?? [])],
    pool: area.isolation === 'shared' ? ('threads' as const) : ('forks' as const),
    isolate,
    fileParallelism: area.atOnce !== 1,
    // Files with processes wait more than they compute: with two at once, two cores were busy for a third of the time. One of
    // the five gives way to all others.
    maxWorkers: area.atOnce === 'many' ? Math.max(5, availableParallelism() - 1) : area.atOnce,
    testTimeout: area.testTimeoutMs,
    // Only a condition that never comes true waits this long; a machine may be slow.
    expect: { poll: { timeout: (area.testTimeoutMs * 2) / 3 } },
    hookTimeout: 120_000,
    // Of what is written in Go: a test is over before its garbage is worth the collecting. Benches take the product as it is.
    ...(name === 'bench' ? {} : { env: { GOGC: '400' } }),
  },
})

/** Those whose files share modules come last: they are short. */
const projectsFor = (area: AreaName) => {
  const { together, ...rest }: Area = areaOf(area)
  const [name = area, shared] = projectsOf(area)
  if (together === undefined || shared === undefined) return [projectOf(name, rest)]
  return [
    projectOf(name, { ...rest, exclude: [...(rest.exclude ?? []), together] }),
    projectOf(shared, { ...rest, include: [together] }, false),
  ]
}

/** What lasts minutes by itself must not begin last: a clean clone knows no durations. */
const LONG = ['simulation-seeds.test.ts', 'agent-trouble.test.ts', 'tenancy-probe.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((name) => moduleId.endsWith(`/${name}`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    allowOnly: false,
    sequence: { sequencer: LongestFirst },
    projects: areaNames.flatMap(projectsFor),
  },
})
