import type { Command } from 'commander'
import { applyDocuments } from '../documents/apply.ts'
import { readSources } from '../documents/files.ts'
import { filesOption } from '../documents/option.ts'
import { parseSources } from '../documents/parse.ts'
import { paintState } from '../output/terminal.ts'
import { noteOption, withServer } from '../platform/server.ts'

/** `atrium apply -f FILE|DIR|-` */
export const registerApply = (program: Command): void => {
  program
    .command('apply')
    .description('make objects as their documents say')
    .addOption(filesOption())
    .addOption(noteOption())
    .action(async ({ filename }: { filename: string[] }, command: Command) => {
      const documents = parseSources(await readSources(filename))
      if (documents.length === 0) throw new Error(`-f: there are no documents in ${filename.join(', ')}.`)
      await withServer(command, (server) =>
        applyDocuments(server, documents, (id, change) => {
          process.stdout.write(`${id} ${paintState(change)}\n`)
        }),
      )
    })
}
