import type { Command } from 'commander'
import { watchKind } from '../clusters/watch.ts'
import { type Format, jsonOption, outputOption } from '../output/format.ts'
import { untilInterrupted } from '../output/interrupt.ts'
import { type Server, withServer } from '../platform/server.ts'
import { findItems, itemsNamed, resourceKinds, resourceOf } from '../resources/kinds.ts'
import { type Resource, watchOf } from '../resources/resource.ts'
import { showItems } from '../resources/show.ts'

export interface GetOptions {
  output?: Format
  watch?: boolean
}

/** `atrium get KIND [NAME] [-o FORMAT] [--watch]` */
export const registerGet = (program: Command): void => {
  withGetOptions(program.command('get'))
    .description('list objects')
    .argument('<kind>', resourceKinds.join(', '))
    .argument('[name]', 'only this one (name or uid); of events: of this cluster')
    .action((kind: string, name: string | undefined, options: GetOptions, command: Command) =>
      withServer(command, (server) => get(server, resourceOf(kind), name, options)),
    )
}

/** `-o`, `--json` and `--watch`, of commands that list. */
export const withGetOptions = (command: Command): Command =>
  command
    .addOption(outputOption())
    .addOption(jsonOption())
    .option('-w, --watch', 'again whenever one changes, until Ctrl-C')

/** Writes the list, or those of this name, to standard output; again and again when it is watched. */
export async function get(
  { client, project }: Server,
  resource: Resource,
  name: string | undefined,
  { output = 'table', watch }: GetOptions,
): Promise<void> {
  if (watch && resource.watched === undefined)
    throw new Error(`Changes of ${resource.plural} are not told. Leave --watch out.`)
  if (!watch || resource.watched === undefined) {
    const items = await (name === undefined ? resource.list(client) : findItems(client, resource, name))
    return showItems(resource, items, output)
  }
  let last = ''
  await untilInterrupted((signal) =>
    watchKind(client, { ...watchOf(resource), project, signal }, async () => {
      const all = await resource.list(client)
      // One that goes while it is watched is no error.
      const items = name === undefined ? all : itemsNamed(all, name)
      const now = JSON.stringify(items.map(({ view }) => view))
      if (now !== last) showItems(resource, items, output)
      last = now
      return false
    }),
  )
}
