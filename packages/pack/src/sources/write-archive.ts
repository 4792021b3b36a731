import { gzipSync } from 'node:zlib'
import { Header } from 'tar'
import { packError } from '../format/problems.ts'
import type { FileTree } from './file-tree.ts'

const BLOCK = 512

/** Writes a `.tar.gz` that depends on the files alone: sorted, no owners, no times, so that the same content has the same digest. */
export function writeArchive(files: FileTree): Buffer {
  const paths = [...files.keys()].sort()
  const blocks = paths.flatMap((path) => tarEntry(path, files.get(path) ?? new Uint8Array()))
  const zipped = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 })
  // The tenth byte names the operating system that compressed: 255 = unknown, the same everywhere.
  zipped[9] = 255
  return zipped
}

function tarEntry(path: string, content: Uint8Array): Buffer[] {
  const { buffer, byteOffset, length } = content
  return [tarHeader(path, length), Buffer.from(buffer, byteOffset, length), Buffer.alloc(tarPadding(length))]
}

/** The block before a file's content. Throws `PackError` on a path that is too long for it, or reads as a folder's. */
export function tarHeader(path: string, sizeBytes: number): Buffer {
  if (path.endsWith('/')) throw packError(path, 'ends with a slash, as only the path of a folder may')
  const header = new Header({
    path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: sizeBytes,
    mtime: new Date(0),
    type: 'File',
  })
  const block = Buffer.alloc(BLOCK)
  if (header.encode(block)) throw packError(path, 'has a path that is too long for a tar archive')
  return block
}

/** Bytes after a file's content, so that the next header begins with a block. */
export const tarPadding = (sizeBytes: number): number => (BLOCK - (sizeBytes % BLOCK)) % BLOCK
