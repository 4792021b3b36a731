import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Command, CommanderError } from 'commander'
import { clientCommands, type RegisterCommand } from './commands/index.ts'
import { loadVerbs } from './commands/verbs-on-demand.ts'
import { exitCodes } from './output/exit-codes.ts'
import { defaultContextsFile } from './platform/contexts.ts'
import { VERSION } from './version.ts'

/**
 * The command line of a release: what works on servers elsewhere. Its options may stand before or after the command. `before`: commands
 * that help shows first.
 */
export const createClientProgram = (before: readonly RegisterCommand[] = []): Command => {
  const program = new Command('atrium')
    .description('Manages Kubernetes clusters from declared profiles')
    .option('--context <name>', 'server to talk to, one of `context list`, instead of the one in use')
    .option('--project <name>', 'project to work in (name or uid), instead of the one signed in to')
    .option('--config <file>', 'where contexts are kept', defaultContextsFile())
    .version(VERSION)
    .showHelpAfterError()
    // `runProgram` sets the exit code that docs/cli.md promises.
    .exitOverride()
  for (const register of [...before, ...clientCommands]) register(program)
  return program
}

/** Runs one command. What fails is told on standard error, and is the process's exit code. */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  try {
    // `help pack` shows a noun without calling it.
    if (args.includes('help')) await loadVerbs(program)
    await program.parseAsync(args, { from: 'user' })
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
