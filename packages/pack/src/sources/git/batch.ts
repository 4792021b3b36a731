import type { FileTree } from '../file-tree.ts'

/** A file of a commit: its path in the folder that was asked for. */
export interface GitFile {
  path: string
  size: number
}

/** A file as git answers it, to be cut off again. */
export const batchOf = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('x blob\n'), content, Buffer.from('\n')])

/** `<id> blob <size>\n<content>\n`, one after another, in the order they were asked for. */
export function cutBatch(output: Buffer, entries: readonly GitFile[]): FileTree {
  const files: FileTree = new Map()
  let at = 0
  for (const { path, size } of entries) {
    const start = output.indexOf(10, at) + 1
    files.set(path, output.subarray(start, start + size))
    at = start + size + 1
  }
  return files
}
