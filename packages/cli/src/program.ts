import { Command } from 'commander'
import { commands } from './commands/index.ts'
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
    // `main.ts` ends the process, with the exit code that docs/cli.md promises.
    .exitOverride()
  for (const register of commands) register(program)
  return program
}
