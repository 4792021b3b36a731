import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { FileTree } from '@atrium/pack/sources/file-tree.ts'

/** Writes the files of a pack into a new folder, which appears whole or not at all. Their paths were checked when they were read: none leaves it. */
export function writeFolder(target: string, files: FileTree): void {
  const parent = dirname(resolve(target))
  mkdirSync(parent, { recursive: true })
  const staged = mkdtempSync(join(parent, '.pack-'))
  try {
    const folder = join(staged, 'pack')
    for (const [path, content] of files) writeNew(join(folder, path), content)
    renameSync(folder, target)
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

/** Refuses what is there already. */
export function writeNew(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { flag: 'wx' })
}
