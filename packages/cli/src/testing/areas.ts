/** Of what is tried of packages, and of what starts the whole product and waits for it. */
export type Lane = 'packages' | 'product'

/** One run of vitest, and what the runner needs to know about it. `vitest.config.ts` makes its projects from these. */
export interface Area {
  what: string
  include: readonly string[]
  exclude?: readonly string[]
  /** `shared`: threads that keep their modules between files, for tests without processes. `apart`: a process each. */
  isolation: 'shared' | 'apart'
  /** Files that share processes and their modules where the others have one each. */
  together?: string
  /** Files at once; `many`: more than there are cores, for they wait more than they compute. */
  atOnce: number | 'many'
  testTimeoutMs: number
  /** External binaries are obtained before it starts. */
  needsTools: boolean
  /** Part of a run without arguments; the others run when named or with `--all`. */
  byDefault: boolean
  /** Longest it may take, in minutes; `--all` lifts it sixfold. */
  limitMinutes: number
  /** Areas of two lanes run beside each other, those of one lane one after another; without a lane an area runs alone. */
  lane?: Lane
}

const GENERATED = 'packages/api/test/generated.test.ts'
const quick = {
  isolation: 'shared',
  atOnce: 'many',
  testTimeoutMs: 30_000,
  needsTools: false,
  byDefault: true,
} as const
const whole = {
  isolation: 'apart',
  atOnce: 1,
  testTimeoutMs: 180_000,
  needsTools: true,
  byDefault: true,
} as const

/** In the order they run: what fails fast comes first. */
const areas = {
  checks: {
    ...quick,
    what: 'types, lint, format, generated files, shape of the repository',
    include: ['test/*.test.ts', GENERATED],
    limitMinutes: 3,
  },
  unit: {
    ...quick,
    what: 'beside the code, without processes',
    include: ['{packages,providers}/*/src/**/*.test.ts'],
    limitMinutes: 5,
  },
  integration: {
    ...whole,
    what: 'one package against real servers',
    include: ['{packages,providers}/*/test/**/*.test.ts'],
    exclude: [GENERATED],
    // The API within the process of the test, which is loaded for a second. One measures its heap, the other lasts minutes.
    together: 'packages/server/test/!(fuzz|tenancy-probe).test.ts',
    atOnce: 'many',
    lane: 'packages',
    limitMinutes: 20,
  },
  conformance: {
    ...whole,
    what: 'foreign clients, recorded and real',
    include: ['test/conformance/**/*.test.ts'],
    lane: 'packages',
    // With the real client, which mostly pauses.
    limitMinutes: 30,
  },
  chaos: {
    ...whole,
    what: 'the whole product, killed and cut off',
    include: ['test/chaos/**/*.test.ts'],
    // Each mostly waits for what it did to the others.
    atOnce: 'many',
    lane: 'product',
    limitMinutes: 25,
  },
  e2e: {
    ...whole,
    what: 'the whole product',
    include: ['test/e2e/**/*.test.ts'],
    // Each has a platform of its own, and waits for it half of the time.
    atOnce: 2,
    lane: 'product',
    limitMinutes: 25,
  },
  bench: {
    ...whole,
    what: 'figures and their bounds',
    include: ['test/bench/**/*.test.ts'],
    byDefault: false,
    limitMinutes: 30,
  },
} as const satisfies Record<string, Area>

export type AreaName = keyof typeof areas
export const areaNames = Object.keys(areas) as AreaName[]
export const isArea = (name: string): name is AreaName => Object.hasOwn(areas, name)
export const areaOf = (name: AreaName): Area => areas[name]

/** The projects of vitest that an area is made of. */
export const projectsOf = (name: AreaName): string[] =>
  areaOf(name).together === undefined ? [name] : [name, `${name}-together`]
