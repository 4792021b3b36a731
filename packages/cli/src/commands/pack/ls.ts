import type { Command } from 'commander'
import { type Format, formatObject, jsonOption, outputOption } from '../../output/format.ts'
import { formatTable } from '../../output/table.ts'
import { tableOptions } from '../../output/terminal.ts'
import { type ListedPack, listPacks } from '../../packs/listing.ts'
import { type ReachOptions, reachRegistries, withReachOptions } from '../../packs/registry.ts'

interface LsOptions extends ReachOptions {
  registry: string
  output?: Format
}

/** `atrium pack ls [NAME] --registry URL` */
export const registerPackLs = (pack: Command): void => {
  withReachOptions(pack.command('ls'))
    .description('list the packs of a registry with their versions, newest first')
    .argument('[name]', 'only this one')
    .requiredOption('--registry <url>', 'with the base path that packs lie below')
    .addOption(outputOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: LsOptions) => {
      await using reach = reachRegistries(options)
      const packs = await listPacks(reach.open(options.registry), name)
      process.stdout.write(`${formatPacks(packs, options.output ?? 'table')}\n`)
    })
}

function formatPacks(packs: readonly ListedPack[], format: Format): string {
  if (format === 'json' || format === 'yaml') return formatObject(packs, format)
  if (format === 'name')
    return packs.flatMap(({ name, versions }) => versions.map((one) => `${name}:${one}`)).join('\n')
  if (packs.length === 0) return 'There are no packs.'
  const rows = packs.map(({ name, versions }) => [name, versions.join(', ')])
  return formatTable(['NAME', 'VERSIONS'], rows, tableOptions(format === 'wide'))
}
