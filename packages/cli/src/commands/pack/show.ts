import { summaryOf } from '@atrium/pack/format/summary.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { type Command, Option } from 'commander'
import { formatObject } from '../../output/format.ts'
import { describePack } from '../../packs/describe.ts'
import { readLocalPack } from '../../packs/read-packs.ts'

/** `atrium pack show PACK` */
export const registerPackShow = (pack: Command): void => {
  pack
    .command('show')
    .description('what a pack is and holds')
    .argument('<pack>', 'folder or archive of a pack')
    .addOption(new Option('-o, --output <format>', 'json or yaml').choices(['json', 'yaml']))
    .action(async (path: string, { output }: { output?: 'json' | 'yaml' }) => {
      const summary = summaryOf(await loadPack((await readLocalPack(path)).tree))
      process.stdout.write(`${output ? formatObject(summary, output) : describePack(summary)}\n`)
    })
}
