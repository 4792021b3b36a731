import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readArchive } from '@atrium/pack/sources/archive.ts'
import { withoutTopFolder } from '@atrium/pack/sources/file-tree.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { pullPackArchive } from '@atrium/pack/sources/oci/pack-registry.ts'
import type { Command } from 'commander'
import { locatePack } from '../../packs/listing.ts'
import { readPackReference } from '../../packs/reference.ts'
import { type ReachOptions, reachRegistries, withReachOptions } from '../../packs/registry.ts'
import { writeFolder, writeNew } from '../../packs/write-folder.ts'

interface PullOptions extends ReachOptions {
  registry: string
  out: string
  archive?: boolean
}

/** `atrium pack pull PACK --registry URL [--out DIR] [--archive]` */
export const registerPackPull = (pack: Command): void => {
  withReachOptions(pack.command('pull'))
    .description('fetch a pack from a registry into a folder NAME-VERSION, checked against its digest')
    .argument('<pack>', 'NAME:VERSION, NAME@sha256:DIGEST, or NAME for its newest version')
    .requiredOption('--registry <url>', 'with the base path that packs lie below')
    .option('--out <dir>', 'where the folder is made', '.')
    .option('--archive', 'as NAME-VERSION.tar.gz, as it lies in the registry')
    .action(async (wanted: string, options: PullOptions) => {
      await using reach = reachRegistries(options)
      const registry = reach.open(options.registry)
      const { repository, reference } = await locatePack(registry, readPackReference(wanted))
      const { archive, digest } = await pullPackArchive(registry.client, repository, reference)
      const files = withoutTopFolder(await readArchive(archive, `${repository}:${reference}`))
      const { name, version } = (await loadPack(files)).manifest
      const target = join(options.out, `${name}-${version}${options.archive ? '.tar.gz' : ''}`)
      if (existsSync(target))
        throw new Error(`${target} is there already. Remove it, or choose another folder: --out DIR`)
      if (options.archive) writeNew(target, archive)
      else writeFolder(target, files)
      process.stdout.write(`${target} ${digest}\n`)
    })
}
