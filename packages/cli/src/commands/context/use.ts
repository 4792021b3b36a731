import type { Command } from 'commander'
import { contextNamed, readContexts, writeContexts } from '../../platform/contexts.ts'
import type { ServerOptions } from '../../platform/server.ts'

/** `atrium context use [NAME]` */
export const registerContextUse = (context: Command): void => {
  context
    .command('use')
    .description('use a context from now on; without a name none, but the platform on this machine')
    .argument('[name]', 'of the context')
    .action((name: string | undefined, _options: object, command: Command) => {
      const { config } = command.optsWithGlobals<ServerOptions>()
      const contexts = readContexts(config)
      if (name !== undefined) contextNamed(contexts, name)
      writeContexts(config, { ...contexts, current: name ?? null })
      process.stdout.write(name === undefined ? 'No context is in use.\n' : `Context '${name}' is in use.\n`)
    })
}
