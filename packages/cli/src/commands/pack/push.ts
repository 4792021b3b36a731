import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readArchive } from '@atrium/pack/sources/archive.ts'
import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import type { FileTree } from '@atrium/pack/sources/file-tree.ts'
import { NO_CONFIG, packArtifact } from '@atrium/pack/sources/oci/artifact.ts'
import { packRepository, tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { copyManifest } from '@atrium/pack/transfer/copy.ts'
import { memoryContent, rawManifest } from '@atrium/pack/transfer/memory-content.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { Command } from 'commander'
import { createProgress, type Progress } from '../../packs/progress.ts'
import { refuseOther } from '../../packs/refuse-other.ts'
import { type ReachOptions, type Registry, reachRegistries, withReachOptions } from '../../packs/registry.ts'

interface PushOptions extends ReachOptions {
  registry: string
  replace?: boolean
}

/** `atrium pack push PATH… --registry URL [--replace]` */
export const registerPackPush = (pack: Command): void => {
  withReachOptions(pack.command('push'))
    .description('put packs into a registry, each under its version')
    .argument('<paths...>', 'folder or archive of a pack, or a folder of such folders')
    .requiredOption('--registry <url>', 'with the base path that packs lie below, e.g. registry.example.com/base')
    .option('--replace', 'a version that the registry holds with other content is overwritten')
    .action(async (paths: string[], options: PushOptions) => {
      await using reach = reachRegistries(options)
      const registry = reach.open(options.registry)
      const progress = createProgress(systemClock)
      for (const path of paths) {
        for (const folder of await packsAt(path))
          process.stdout.write(`${await push(registry, await readPack(folder), options.replace === true, progress)}\n`)
      }
    })
}

async function packsAt(path: string): Promise<string[]> {
  if (!statOf(path).isDirectory() || isFile(join(path, 'pack.json'))) return [path]
  const below = await listPackDirectories(path)
  if (below.length === 0) throw new Error(`${path} holds no pack.json, and no folder in it does.`)
  return below
}

const readPack = async (path: string): Promise<FileTree> =>
  statOf(path).isDirectory() ? readPackDirectory(path) : readArchive(readFileSync(path), path)

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new Error(`There is no ${path}.`, { cause: error })
    throw error
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

async function push(registry: Registry, files: FileTree, replace: boolean, progress: Progress): Promise<string> {
  const { pack, archive, manifest, digest } = await packArtifact(files)
  const { name, version } = pack.manifest
  const { content, base } = registry
  const repository = packRepository(base, name)
  const found = await content.manifest(repository, tagOf(version))
  if (found?.digest === digest) return `pack/${name}:${version} unchanged ${digest}`
  if (found !== null && !replace) refuseOther(`pack ${name}:${version}`, found.digest, digest)
  progress.begin(`pack ${name}:${version}`)
  const from = { content: memoryContent([NO_CONFIG, archive]), repository }
  const onBytes = (count: number): void => progress.bytes(count)
  await copyManifest(rawManifest(manifest), from, { content, repository }, [tagOf(version)], { onBytes })
  return `pack/${name}:${version} ${found === null ? 'pushed' : 'replaced'} ${digest}`
}
