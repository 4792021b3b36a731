import type { FileHandle } from 'node:fs/promises'
import { Header } from 'tar'
import { tarPadding } from '../sources/write-archive.ts'

const BLOCK = 512
const CHUNK = 1024 * 1024

/** A file inside a tar file: where its content lies. */
export interface TarFile {
  path: string
  /** Where its header begins. */
  start: number
  offset: number
  size: number
}

/** Where an entry ends and the next begins. */
export const endOf = ({ offset, size }: TarFile): number => offset + size + tarPadding(size)

/** Files of a tar file in their order, without reading their contents; it ends where the file breaks off, or holds no headers any more. */
export async function* tarFiles(handle: FileHandle): AsyncGenerator<TarFile> {
  const { size: fileSize } = await handle.stat()
  const block = Buffer.alloc(BLOCK)
  for (let start = 0; start + BLOCK <= fileSize; ) {
    await handle.read(block, 0, BLOCK, start)
    const header = new Header(block, 0)
    if (header.nullBlock || !header.cksumValid || header.path === undefined) return
    const file = { path: header.path.replace(/^\.\//, ''), start, offset: start + BLOCK, size: header.size ?? 0 }
    // One without a size that makes sense would be read for ever.
    if (file.size < 0 || !Number.isSafeInteger(file.size) || file.offset + file.size > fileSize) return
    if (header.type === 'File' || header.type === 'OldFile') yield file
    start = endOf(file)
  }
}

/** The content of a part of a file. */
export async function* readRange(handle: FileHandle, offset: number, size: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < size; ) {
    const buffer = Buffer.alloc(Math.min(CHUNK, size - done))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset + done)
    if (bytesRead === 0) return
    done += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
