import { Argument, type Command } from 'commander'
import { documentKinds } from '../documents/document.ts'
import { completionScript, shells } from '../output/completion.ts'
import { describedKinds, resourceKinds } from '../resources/kinds.ts'
import { loadVerbs } from './verbs-on-demand.ts'

const firstArguments = {
  get: resourceKinds,
  describe: describedKinds,
  wait: describedKinds,
  events: ['cluster'],
  export: [...documentKinds, 'all'],
}

/** `atrium completion bash|zsh|fish` */
export const registerCompletion = (program: Command): void => {
  program
    .command('completion')
    .description('print what makes a shell complete commands, options and kinds')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .action(async (shell: string) => {
      await loadVerbs(program)
      process.stdout.write(completionScript(program, shell, firstArguments))
    })
}
