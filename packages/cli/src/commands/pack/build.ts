import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packArchive } from '@atrium/pack/sources/load.ts'
import type { Command } from 'commander'
import { readLocalPack } from '../../packs/read-packs.ts'

/** `atrium pack build PACK` */
export const registerPackBuild = (pack: Command): void => {
  pack
    .command('build')
    .description('write the archive of a pack, as a registry holds it: equal content gives equal bytes')
    .argument('<pack>', 'folder or archive of a pack')
    .option('-d, --directory <folder>', 'where the archive is written', '.')
    .action(async (path: string, { directory }: { directory: string }) => {
      const { tree } = await readLocalPack(path)
      const { pack: built, archive } = await packArchive(tree)
      await mkdir(directory, { recursive: true })
      const file = join(directory, `${built.manifest.name}-${built.manifest.version}.tar.gz`)
      await writeFile(file, archive)
      const digest = createHash('sha256').update(archive).digest('hex')
      process.stdout.write(`${file} sha256:${digest}\n`)
    })
}
