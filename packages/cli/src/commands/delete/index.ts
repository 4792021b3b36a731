import type { Command } from 'commander'
import { deleteDocuments } from '../../documents/apply.ts'
import { readSources } from '../../documents/files.ts'
import { filesOption } from '../../documents/option.ts'
import { parseSources } from '../../documents/parse.ts'
import { registerRemove } from '../../nouns/register.ts'
import { noteOption, withServer } from '../../platform/server.ts'
import { removableResources } from '../../resources/kinds.ts'
import { registerDeleteCluster } from './cluster.ts'

/** `atrium delete KIND NAME`, `atrium delete -f FILE|DIR|-` */
export const registerDelete = (program: Command): void => {
  const remove = program
    .command('delete')
    .description('delete an object, or all that documents name')
    .addOption(filesOption().makeOptionMandatory(false))
    .addOption(noteOption())
    .action(async ({ filename }: { filename?: string[] }, command: Command) => {
      if (filename === undefined) throw new Error('Say what to delete: delete KIND NAME, or delete -f FILE')
      const documents = parseSources(await readSources(filename))
      await withServer(command, (server) =>
        deleteDocuments(server, documents, (id, change) => {
          process.stdout.write(`${id} ${change}\n`)
        }),
      )
    })
  registerDeleteCluster(remove)
  for (const resource of removableResources) registerRemove(remove, resource, resource.kind)
}
