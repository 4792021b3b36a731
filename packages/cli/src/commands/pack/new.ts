import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type NewPack, newPackFiles } from '@atrium/pack/format/new-pack.ts'
import { isVersion } from '@atrium/pack/format/version.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { programName } from '../../output/invocation.ts'

interface Options {
  content: NewPack['content']
  layer: NewPack['layer']
  title?: string
  addonType: string
  directory: string
}

/** `atrium pack new NAME` */
export const registerPackNew = (pack: Command): void => {
  pack
    .command('new')
    .description('begin a pack: a folder that lints clean and installs one Deployment')
    .argument('<name[@version]>', 'name of the pack; version 1.0.0 unless given', readIdentity)
    .addOption(new Option('--content <kind>', 'what it installs').choices(['chart', 'manifest']).default('chart'))
    .addOption(new Option('--layer <layer>', 'layer of a cluster').choices(['addon', 'cni', 'csi']).default('addon'))
    .option('--title <text>', 'what people call it; the name unless given')
    .option('--addon-type <text>', 'kind of add-on, such as monitoring', 'system app')
    .option('-d, --directory <folder>', 'where the folder of the pack is made', '.')
    .action(async ({ name, version }: Identity, { title, directory, ...rest }: Options) => {
      const folder = join(directory, `${name}-${version}`)
      await mkdir(directory, { recursive: true })
      await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
        throw cause.code === 'EEXIST' ? new Error(`${folder} is there already: nothing was written.`, { cause }) : cause
      })
      for (const [path, content] of newPackFiles({ name, version, displayName: title ?? name, ...rest })) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
      process.stdout.write(`${folder}\n`)
      process.stderr.write(`Check it: ${programName()} pack lint ${folder}\n`)
    })
}

type Identity = Pick<NewPack, 'name' | 'version'>

/** The name is that of the chart, the namespace and the Deployment too. */
function readIdentity(text: string): Identity {
  const [name = '', version = '1.0.0'] = text.split('@')
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name))
    throw new InvalidArgumentError("Name it with at most 53 lower-case letters, digits and '-'.")
  if (!/^\d+\.\d+\.\d+/.test(version) || !isVersion(version))
    throw new InvalidArgumentError('Write the version like 1.0.0.')
  return { name, version }
}
