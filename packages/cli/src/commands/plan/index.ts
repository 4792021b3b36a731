import type { Command } from 'commander'
import { at } from '../../documents/apply.ts'
import { idOf, type PlacedDocument } from '../../documents/document.ts'
import { readSources } from '../../documents/files.ts'
import { filesOption } from '../../documents/option.ts'
import { parseSources } from '../../documents/parse.ts'
import { exitCodes } from '../../output/exit-codes.ts'
import { meaningOf } from '../../plan/documents.ts'
import { type Server, withServer } from '../../platform/server.ts'
import { registerPlanCluster } from './cluster.ts'
import { formatPreviews, previewOf, previewOutput, type ShownPreview, showPreview } from './show.ts'

interface Options {
  filename?: string[]
  output?: 'json' | 'yaml'
}

/** `atrium plan -f FILE|DIR|-` and `atrium plan cluster NAME …` */
export const registerPlan = (program: Command): void => {
  const plan = program
    .command('plan')
    .description(
      'what changed documents of clusters and profiles would do in clusters; exit code 1 when it is anything',
    )
    .addOption(filesOption().makeOptionMandatory(false))
    .addOption(previewOutput())
    .action(async ({ filename, output }: Options, command: Command) => {
      // Until all is compared: as `diff` tells trouble.
      process.exitCode = exitCodes.usage
      if (filename === undefined) throw new Error('Name documents (-f), or a cluster: see plan cluster --help.')
      const documents = parseSources(await readSources(filename))
      const tell = (text: string): void => void (output ? process.stderr : process.stdout).write(`${text}\n`)
      const { previews, changes } = await withServer(command, (server) =>
        planDocuments(server, documents, tell, output),
      )
      if (output) process.stdout.write(`${formatPreviews(previews, output)}\n`)
      process.exitCode = changes ? exitCodes.failed : exitCodes.done
    })
  registerPlanCluster(plan)
}

async function planDocuments(
  server: Server,
  documents: readonly PlacedDocument[],
  tell: (text: string) => void,
  output: Options['output'],
): Promise<{ previews: ShownPreview[]; changes: boolean }> {
  const previews: ShownPreview[] = []
  let changes = false
  for (const { document, place } of documents)
    await at(place, document, async () => {
      const meaning = await meaningOf(server, document)
      if ('nothing' in meaning) {
        changes ||= meaning.changes
        return tell(`${idOf(document)} ${meaning.nothing}`)
      }
      for (const { request, ...cluster } of meaning.clusters) {
        const preview = await previewOf(server.client, cluster, request)
        previews.push(preview)
        changes ||= preview.changes
        if (!output) tell(showPreview(preview))
      }
    })
  return { previews, changes }
}
