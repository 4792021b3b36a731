import type { Command } from 'commander'
import { areaNames } from '../testing/areas.ts'
import { runTests } from '../testing/run-tests.ts'

/** `atrium test [area…|file…] [--all]` */
export const registerTest = (program: Command): void => {
  program
    .command('test')
    .description('test this checkout: everything, some areas, or single files')
    .argument('[what...]', `areas (${areaNames.join(', ')}), test files or folders`)
    .option('--all', 'long areas in full length, and those that are not part of the default run')
    .action(async (what: string[], options: { all?: boolean }) => {
      process.exitCode = await runTests(what, { all: options.all === true })
    })
}
