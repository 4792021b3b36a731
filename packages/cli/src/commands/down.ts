import { platformCommand } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { runProgram } from '../platform/standalone.ts'

/** `atrium down [--purge]` */
export const registerDown = (program: Command): void => {
  program
    .command('down')
    .description('stop the platform and its clusters on this machine; data stays')
    .option('--purge', 'remove all the platform keeps in the home folder too: database, clusters, credentials')
    .action(async (options: { purge?: boolean }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home: string }>()
      await runProgram(platformCommand('down', { home, ...(options.purge ? { purge: true } : {}) }))
    })
}
