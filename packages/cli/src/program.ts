import { Command } from 'commander'
import { commands } from './commands/index.ts'
import { defaultHome } from './output/invocation.ts'

/** The whole command line. `--home` may stand before or after the command. */
export const createProgram = (): Command => {
  const program = new Command('atrium')
    .description('Manages Kubernetes clusters from declared profiles')
    .option('--home <dir>', 'folder of the platform on this machine', defaultHome())
    .showHelpAfterError()
  for (const register of commands) register(program)
  return program
}
