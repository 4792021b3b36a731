import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { watchKind } from '../clusters/watch.ts'
import { type Format, formatObject, jsonOption, outputOption } from '../output/format.ts'
import { untilInterrupted } from '../output/interrupt.ts'
import { formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { type Server, withServer } from '../platform/server.ts'
import { findItems, itemsNamed, resourceKinds, resourceOf } from '../resources/kinds.ts'
import type { Resource, ResourceItem } from '../resources/resource.ts'

interface GetOptions {
  output?: Format
  watch?: boolean
}

/** `atrium get KIND [NAME] [-o FORMAT] [--watch]` */
export const registerGet = (program: Command): void => {
  program
    .command('get')
    .description('list objects')
    .argument('<kind>', resourceKinds.join(', '))
    .argument('[name]', 'only this one (name or uid); of events: of this cluster')
    .addOption(outputOption())
    .addOption(jsonOption())
    .option('-w, --watch', 'again whenever one changes, until Ctrl-C')
    .action((kind: string, name: string | undefined, options: GetOptions, command: Command) =>
      withServer(command, (server) => get(server, resourceOf(kind), name, options)),
    )
}

async function get(
  { client, project }: Server,
  resource: Resource,
  name: string | undefined,
  { output = 'table', watch }: GetOptions,
): Promise<void> {
  if (watch && resource.watched === undefined)
    throw new Error(`Changes of ${resource.plural} are not told. Leave --watch out.`)
  if (!watch || resource.watched === undefined) {
    const items = await (name === undefined ? resource.list(client) : findItems(client, resource, name))
    return show(resource, items, output)
  }
  let last = ''
  await untilInterrupted((signal) =>
    watchKind(client, { kind: resource.watched, project, signal }, async () => {
      const all = await resource.list(client)
      // One that goes while it is watched is no error.
      const items = name === undefined ? all : itemsNamed(all, name)
      const now = JSON.stringify(items.map(({ view }) => view))
      if (now !== last) show(resource, items, output)
      last = now
      return false
    }),
  )
}

const show = (resource: Resource, items: readonly ResourceItem[], format: Format): void =>
  void process.stdout.write(`${formatItems(resource, items, format)}\n`)

function formatItems(resource: Resource, items: readonly ResourceItem[], format: Format): string {
  if (format === 'json' || format === 'yaml')
    return formatObject(
      items.map(({ view }) => view),
      format,
    )
  if (format === 'name') return items.map(({ name }) => `${resource.kind}/${name}`).join('\n')
  if (items.length === 0) return `There are no ${resource.plural}.`
  const now = systemClock.now()
  // What cannot be read by its uid needs none.
  const hasUid = resource.read !== undefined
  const rows = items.map((item) => [item.name, ...item.cells(now), ...(hasUid ? [item.uid] : [])])
  const header = [resource.title ?? 'NAME', ...resource.columns, ...(hasUid ? ['UID'] : [])]
  return formatTable(header, rows, tableOptions(format === 'wide'))
}
