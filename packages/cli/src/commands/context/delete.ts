import type { Command } from 'commander'
import { readContexts, removeContext, writeContexts } from '../../platform/contexts.ts'
import type { ServerOptions } from '../../platform/server.ts'

/** `atrium context delete NAME` */
export const registerContextDelete = (context: Command): void => {
  context
    .command('delete')
    .description('forget a context and its key; the key itself stays valid at its server')
    .argument('<name>', 'of the context')
    .action((name: string, _options: object, command: Command) => {
      const { config } = command.optsWithGlobals<ServerOptions>()
      writeContexts(config, removeContext(readContexts(config), name))
      process.stdout.write(`Context '${name}' is deleted.\n`)
    })
}
