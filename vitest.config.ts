import { defineConfig } from 'vitest/config'

const settled = { testTimeout: 30_000, hookTimeout: 120_000 }

/** unit: beside the code, no processes. integration: one package against real servers. e2e: the whole product. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...settled,
          name: 'unit',
          include: ['{packages,providers}/*/src/**/*.test.ts', 'test/*.test.ts'],
          pool: 'threads',
        },
      },
      {
        test: { ...settled, name: 'integration', include: ['{packages,providers}/*/test/**/*.test.ts'], pool: 'forks' },
      },
      {
        test: {
          ...settled,
          name: 'e2e',
          include: ['test/{e2e,conformance}/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
})
