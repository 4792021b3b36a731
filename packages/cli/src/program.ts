import type { Command } from 'commander'
import { createClientProgram } from './client-program.ts'
import { machineCommands } from './commands/machine.ts'
import { defaultHome } from './output/invocation.ts'

/** The whole command line, as a checkout has it. */
export const createProgram = (): Command =>
  createClientProgram(machineCommands).option(
    '--home <dir>',
    'folder of the platform on this machine, instead of a context',
    defaultHome(),
  )
