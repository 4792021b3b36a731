import type { Command } from 'commander'
import { programName } from '../../output/invocation.ts'
import { formatTable } from '../../output/table.ts'
import { tableOptions } from '../../output/terminal.ts'
import { readContexts } from '../../platform/contexts.ts'
import type { ServerOptions } from '../../platform/server.ts'

/** `atrium context list` */
export const registerContextList = (context: Command): void => {
  context
    .command('list')
    .description('contexts; the star marks the one in use')
    .action((_options: object, command: Command) => {
      const { current, contexts } = readContexts(command.optsWithGlobals<ServerOptions>().config)
      const rows = Object.entries(contexts).map(([name, { url, project }]) => [
        name === current ? '*' : '',
        ...[name, url, project?.name ?? '-'],
      ])
      const table = formatTable(['USE', 'NAME', 'SERVER', 'PROJECT'], rows, tableOptions())
      process.stdout.write(
        rows.length === 0 ? `There are no contexts. Make one: ${programName()} login URL\n` : `${table}\n`,
      )
    })
}
