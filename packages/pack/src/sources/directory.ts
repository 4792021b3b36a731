import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { packError } from '../format/problems.ts'
import { ArchiveMeter, checkedPath, type FileTree, isJunk } from './file-tree.ts'
import { batchOf, type GitFile } from './git/batch.ts'
import { packLimits } from './limits.ts'

/** Reads the files of one pack folder. Throws `PackError` on links and beyond the limits of an archive. */
export async function readPackDirectory(folder: string): Promise<FileTree> {
  const files: FileTree = new Map()
  await walkPack(folder, (path, content) => void files.set(path, content))
  return files
}

/** The same into `file`, for `cutBatch`: it is never in memory as a whole. */
export async function copyPackDirectory(folder: string, file: string): Promise<GitFile[]> {
  const files: GitFile[] = []
  await using output = await open(file, 'wx', 0o600)
  await walkPack(folder, (path, content) => {
    writeFileSync(output.fd, batchOf(content))
    files.push({ path, size: content.length })
  })
  return files
}

async function walkPack(folder: string, take: (path: string, content: Buffer) => void): Promise<void> {
  const meter = new ArchiveMeter(folder, packLimits)
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = checkedPath(below === '' ? entry.name : `${below}/${entry.name}`, folder, packLimits)
      if (isJunk(path) || isJunk(`${path}/`)) continue
      if (entry.isDirectory()) {
        await walk(path)
        continue
      }
      if (!entry.isFile()) throw packError(folder, `holds '${path}', which is no file but a link or device`)
      // Hundreds of small files: without a thread for each this takes a fifth of the processor time. Others have their turn at each folder.
      meter.addEntry(path, statSync(join(folder, path)).size)
      take(path, readFileSync(join(folder, path)))
    }
  }
  await walk('')
}

/** Folders directly below `root` that hold a `pack.json`, sorted. */
export async function listPackDirectories(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name))
  const holdsPack = await Promise.all(
    folders.map((folder) => stat(join(folder, 'pack.json')).then(() => true, isMissing)),
  )
  return folders.filter((_folder, index) => holdsPack[index]).sort()
}

function isMissing(error: NodeJS.ErrnoException): boolean {
  if (error.code === 'ENOENT') return false
  throw error
}
