import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { describeCluster } from '../clusters/describe.ts'
import { type Format, formatObject, jsonOption, outputOption, toYaml } from '../output/format.ts'
import { tableOptions } from '../output/terminal.ts'
import { type Server, withServer } from '../platform/server.ts'
import { describedKinds, findItems, fullNameOf, resourceOf } from '../resources/kinds.ts'
import type { Resource } from '../resources/resource.ts'

/** `atrium describe KIND NAME [-o FORMAT]` */
export const registerDescribe = (program: Command): void => {
  program
    .command('describe')
    .description('everything there is to say about one object')
    .argument('<kind>', describedKinds.join(', '))
    .argument('<name>', 'name or uid')
    .addOption(outputOption())
    .addOption(jsonOption())
    .action((kind: string, name: string, { output }: { output?: Format }, command: Command) =>
      withServer(command, async (server) => {
        process.stdout.write(`${await describe(server, resourceOf(kind), name, output ?? 'table')}\n`)
      }),
    )
}

/** One object as text. */
export async function describe({ client }: Server, resource: Resource, name: string, format: Format): Promise<string> {
  const { read } = resource
  if (read === undefined)
    throw new Error(`There is no more to say about ${resource.plural} than: get ${resource.plural}`)
  // Of several versions of a profile: the first, as the list shows them.
  const [item] = await findItems(client, resource, name)
  if (item === undefined) throw new Error(`There is no ${resource.kind} '${name}'.`)
  if (format === 'name') return `${resource.kind}/${fullNameOf(item)}`
  if (format === 'json' || format === 'yaml') return formatObject(await read(client, item.uid), format)
  if (resource.kind === 'cluster')
    return describeCluster(client, item.uid, systemClock.now(), tableOptions(format === 'wide'))
  return toYaml(await read(client, item.uid))
}
