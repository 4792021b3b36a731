import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Command, CommanderError } from 'commander'
import { commands } from './commands/index.ts'
import { exitCodes } from './output/exit-codes.ts'
import { defaultHome } from './output/invocation.ts'
import { defaultContextsFile } from './platform/contexts.ts'

/** The whole command line. Its options may stand before or after the command. */
export const createProgram = (): Command => {
  const program = new Command('atrium')
    .description('Manages Kubernetes clusters from declared profiles')
    .option('--home <dir>', 'folder of the platform on this machine', defaultHome())
    .option('--context <name>', 'server to talk to, one of `context list`, instead of the platform on this machine')
    .option('--project <name>', 'project to work in (name or uid), instead of the one signed in to')
    .option('--config <file>', 'where contexts are kept', defaultContextsFile())
    .showHelpAfterError()
    // `runProgram` sets the exit code that docs/cli.md promises.
    .exitOverride()
  for (const register of commands) register(program)
  return program
}

/** Runs one command. What fails is told on standard error, and is the process's exit code. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said already what is wrong; help that was asked for is no error.
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    } else {
      process.stderr.write(`atrium: ${messageOf(error)}\n`)
      process.exitCode ??= exitCodes.failed
    }
  }
}
