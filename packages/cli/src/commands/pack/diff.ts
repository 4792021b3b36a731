import { packDifference } from '@atrium/pack/format/pack-difference.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { wholeDifference } from '@atrium/runtime/base/line-difference.ts'
import { type Command, Option } from 'commander'
import { exitCodes } from '../../output/exit-codes.ts'
import { formatObject } from '../../output/format.ts'
import { describeDifference } from '../../packs/describe-difference.ts'
import { readLocalPack } from '../../packs/read-packs.ts'

/** Finding the fewest takes time with their square. */
const MOST_EDITS = 2000

/** `atrium pack diff OLD NEW` */
export const registerPackDiff = (pack: Command): void => {
  pack
    .command('diff')
    .description('what another version of a pack changes; exit code 1 when it is anything')
    .argument('<old>', 'folder or archive of a pack')
    .argument('<new>', 'folder or archive of a pack')
    .addOption(new Option('-o, --output <format>', 'json or yaml').choices(['json', 'yaml']))
    .action(async (oldPath: string, newPath: string, { output }: { output?: 'json' | 'yaml' }) => {
      // Until both are read.
      process.exitCode = exitCodes.usage
      const old = await loadPack((await readLocalPack(oldPath)).tree)
      const now = await loadPack((await readLocalPack(newPath)).tree)
      const difference = packDifference(old, now)
      const text = wholeDifference(old.values, now.values, MOST_EDITS).join('\n')
      const { images, ...lists } = difference
      const isSame =
        text === '' && [...Object.values(lists), images.added, images.removed].every((list) => list.length === 0)
      if (output) process.stdout.write(`${formatObject({ ...difference, valuesText: text }, output)}\n`)
      else process.stdout.write(isSame ? 'no difference\n' : `${describeDifference(difference, text)}\n`)
      process.exitCode = isSame ? exitCodes.done : exitCodes.failed
    })
}
