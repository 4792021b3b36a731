import { readFile, stat } from 'node:fs/promises'
import { readArchive } from '@atrium/pack/sources/archive.ts'
import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { type FileTree, withoutTopFolder } from '@atrium/pack/sources/file-tree.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'

/** A pack on this machine. */
export interface LocalPack {
  /** As it was named. */
  path: string
  isFolder: boolean
  tree: FileTree
}

/** Reads a pack: a folder, or an archive (`.tar.gz`, `.zip`). */
export async function readLocalPack(path: string): Promise<LocalPack> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Error(`There is no '${path}': name a folder or an archive of a pack.`, { cause })
  })
  if (found.isDirectory()) return { path, isFolder: true, tree: await readPackDirectory(path) }
  if (found.size > packLimits.archiveBytes)
    throw new Error(`${path} has ${found.size} bytes; packs have at most ${packLimits.archiveBytes}.`)
  return { path, isFolder: false, tree: withoutTopFolder(await readArchive(await readFile(path), path)) }
}

/** The packs that paths mean: themselves, or those that lie in a folder of packs. */
export async function packPaths(paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      )
      const inner = isFolder ? await listPackDirectories(path) : []
      return inner.length > 0 ? inner : [path]
    }),
  )
  return all.flat()
}
