import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { watchKind } from '../clusters/watch.ts'
import { type Format, jsonOption, outputOption, toYaml } from '../output/format.ts'
import { untilInterrupted } from '../output/interrupt.ts'
import { type Server, withServer } from '../platform/server.ts'
import { event, eventItems } from '../resources/fleet.ts'
import { resourceOf } from '../resources/kinds.ts'
import { type ResourceItem, watchOf } from '../resources/resource.ts'
import { showItems } from '../resources/show.ts'

interface EventsOptions {
  output?: Format
  watch?: boolean
}

/** `atrium events [cluster NAME] [-o FORMAT] [--watch]` */
export const registerEvents = (program: Command): void => {
  program
    .command('events')
    .description('what happened, newest first: of every cluster of the project, or of one')
    .argument('[kind]', 'cluster: nothing else has events')
    .argument('[name]', 'name or uid')
    .addOption(outputOption())
    .addOption(jsonOption())
    .option('-w, --watch', 'then each new one as it comes, oldest first, until Ctrl-C; with -o json one object a line')
    .action((kind: string | undefined, name: string | undefined, options: EventsOptions, command: Command) =>
      withServer(command, async (server) => {
        if (kind !== undefined && resourceOf(kind).kind !== 'cluster')
          throw new Error(`${resourceOf(kind).plural} have no events. Ask for those of a cluster: events cluster NAME`)
        const cluster = name === undefined ? null : await findCluster(server.client, name)
        const list = (client: Client) => (cluster === null ? event.list(client) : eventItems(client, cluster))
        if (options.watch) return watch(server, cluster?.uid, list, options.output ?? 'table')
        showItems(event, await list(server.client), options.output ?? 'table')
      }),
    )
}

async function watch(
  { client, project }: Server,
  uid: string | undefined,
  list: (client: Client) => Promise<ResourceItem[]>,
  format: Format,
): Promise<void> {
  const shown = new Set<string>()
  const look = async (): Promise<boolean> => {
    const fresh = (await list(client)).filter((one) => !shown.has(keyOf(one))).toReversed()
    for (const one of fresh) shown.add(keyOf(one))
    if (fresh.length > 0) process.stdout.write(`${fresh.map((one) => line(one, format)).join('\n')}\n`)
    return false
  }
  await untilInterrupted((signal) =>
    watchKind(client, { ...watchOf(event), project, signal, ...(uid !== undefined && { uid }) }, look),
  )
}

/** Ids are of their cluster. */
const keyOf = ({ name, uid }: ResourceItem): string => `${name}/${uid}`

function line(one: ResourceItem, format: Format): string {
  if (format === 'json') return JSON.stringify(one.view)
  if (format === 'yaml') return `---\n${toYaml(one.view)}`
  if (format === 'name') return `${event.kind}/${one.name}`
  const [age = '', ...cells] = one.cells(systemClock.now())
  return [one.name, age, ...cells].join('  ')
}
