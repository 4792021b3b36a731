import type { Command } from 'commander'
import { at } from '../documents/apply.ts'
import { formatDifference } from '../documents/difference.ts'
import { idOf, type PlacedDocument } from '../documents/document.ts'
import { readSources } from '../documents/files.ts'
import { filesOption } from '../documents/option.ts'
import { parseSources } from '../documents/parse.ts'
import { planDocument } from '../documents/plan.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { paintState } from '../output/terminal.ts'
import { type Server, withServer } from '../platform/server.ts'

/** `atrium diff -f FILE|DIR|-` */
export const registerDiff = (program: Command): void => {
  program
    .command('diff')
    .description('what apply would change; exit code 1 when it is anything')
    .addOption(filesOption())
    .action(async ({ filename }: { filename: string[] }, command: Command) => {
      // Until all is compared: as `diff` itself tells trouble.
      process.exitCode = exitCodes.usage
      const documents = parseSources(await readSources(filename))
      const differ = await withServer(command, (server) => showDifferences(server, documents))
      process.exitCode = differ ? exitCodes.failed : exitCodes.done
    })
}

async function showDifferences(server: Server, documents: readonly PlacedDocument[]): Promise<boolean> {
  let differ = false
  for (const { document, place } of documents) {
    const plan = await at(place, document, () => planDocument(server, document))
    if (plan.change === 'unchanged') continue
    // Whether a secret is another one, only the server could tell.
    differ ||= plan.change !== 'secrets'
    const lines = plan.change === 'created' ? [] : plan.differences.map(formatDifference)
    const word = plan.change === 'secrets' ? 'cannot be compared' : paintState(plan.change)
    process.stdout.write(`${[`${idOf(document)} ${word}`, ...lines].join('\n')}\n`)
  }
  return differ
}
