import type { Command } from 'commander'
import { locatePack } from '../../packs/listing.ts'
import { readPackReference } from '../../packs/reference.ts'
import { refuseOther } from '../../packs/refuse-other.ts'
import { type ReachOptions, reachRegistries, withReachOptions } from '../../packs/registry.ts'

interface TagOptions extends ReachOptions {
  registry: string
  replace?: boolean
}

/** `atrium pack tag PACK TAG --registry URL [--replace]` */
export const registerPackTag = (pack: Command): void => {
  withReachOptions(pack.command('tag'))
    .description('name the content of a version by one more tag, such as 1.2.x')
    .argument('<pack>', 'NAME:VERSION or NAME@sha256:DIGEST')
    .argument('<tag>', 'to give it')
    .requiredOption('--registry <url>', 'with the base path that packs lie below')
    .option('--replace', 'a tag that names other content is moved')
    .action(async (wanted: string, tag: string, options: TagOptions) => {
      await using reach = reachRegistries(options)
      const registry = reach.open(options.registry)
      const { repository, reference } = await locatePack(registry, readPackReference(wanted))
      const manifest = await registry.content.manifest(repository, reference)
      if (manifest === null) throw new Error(`${registry.url} holds no pack ${wanted}.`)
      const present = await registry.content.manifest(repository, tag)
      if (present !== null && present.digest !== manifest.digest && !options.replace)
        refuseOther(`tag ${tag}`, present.digest, manifest.digest)
      if (present?.digest !== manifest.digest) await registry.content.putManifest(repository, tag, manifest)
      process.stdout.write(`pack/${wanted} tagged ${tag} ${manifest.digest}\n`)
    })
}
