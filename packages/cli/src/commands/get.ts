import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { formatTable } from '../output/table.ts'
import { withPlatform } from '../platform/connect.ts'
import { resourceKinds, resourceOf } from '../resources/kinds.ts'

/** `atrium get KIND [NAME] [--json]` */
export const registerGet = (program: Command): void => {
  program
    .command('get')
    .description('list objects')
    .argument('<kind>', resourceKinds.join(', '))
    .argument('[name]', 'only this one (name or uid)')
    .option('--json', 'as JSON')
    .action((kind: string, name: string | undefined, options: { json?: boolean }, command: Command) =>
      withPlatform(command.optsWithGlobals<{ home: string }>().home, ({ client }) =>
        get(client, kind, name, options.json === true),
      ),
    )
}

async function get(client: Client, kind: string, name: string | undefined, json: boolean): Promise<void> {
  const resource = resourceOf(kind)
  const all = await resource.list(client)
  const items = name === undefined ? all : all.filter((item) => item.name === name || item.uid === name)
  if (name !== undefined && items.length === 0) throw new Error(`There is no ${resource.kind} '${name}'.`)
  if (json) process.stdout.write(`${JSON.stringify(items.map((item) => item.view))}\n`)
  else if (items.length === 0) process.stdout.write(`There are no ${resource.plural}.\n`)
  else {
    const rows = items.map((item) => [item.name, ...item.cells(systemClock.now()), item.uid])
    process.stdout.write(`${formatTable(['NAME', ...resource.columns, 'UID'], rows)}\n`)
  }
}
