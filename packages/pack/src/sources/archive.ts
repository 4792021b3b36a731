import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Parser, type ReadEntry } from 'tar'
import type { Entry } from 'yauzl'
import { PackError, packError } from '../format/problems.ts'
import { ArchiveMeter, ArchiveNames, checkedPath, type FileTree, isJunk } from './file-tree.ts'
import { type ArchiveLimits, packLimits, unpackedLimit } from './limits.ts'
import { openZip, readZipEntry, ZipContents, zipEntries } from './zip.ts'

export interface ReadArchiveOptions {
  limits?: ArchiveLimits
  /** Reads only these paths; links and devices elsewhere in the archive do not matter then. */
  only?: (path: string) => boolean
}

const GZIP = Buffer.from([0x1f, 0x8b])
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1')

/**
 * Reads a `.tar.gz`, `.tar` or `.zip` into memory; nothing is written to disk. `source` names the archive in messages.
 * Throws `PackError` on paths that leave it, links, devices, and everything beyond the limits.
 */
export async function readArchive(
  bytes: Uint8Array,
  source: string,
  options: ReadArchiveOptions = {},
): Promise<FileTree> {
  const limits = options.limits ?? packLimits
  const wanted = options.only ?? (() => true)
  if (bytes.length > limits.archiveBytes) {
    throw packError(source, `has ${bytes.length} bytes; ${limits.archiveBytes} are allowed`)
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.subarray(0, 4).equals(ZIP)) return readZip(buffer, source, limits, wanted)
  const tar = buffer.subarray(0, 2).equals(GZIP) ? await unzip(buffer, source, limits) : buffer
  return readTar(tar, source, limits, wanted)
}

async function unzip(buffer: Buffer, source: string, limits: ArchiveLimits): Promise<Buffer> {
  const maxOutputLength = unpackedLimit(buffer.length, limits)
  try {
    const tar = await promisify(gunzip)(buffer, { maxOutputLength })
    // The tar reader would unpack once more, out of reach of the limit.
    if (tar.subarray(0, 2).equals(GZIP)) throw packError(source, 'is compressed twice')
    return tar
  } catch (cause) {
    if (cause instanceof PackError) throw cause
    const tooLarge = cause instanceof RangeError
    throw packError(source, tooLarge ? `unpacks to more than ${maxOutputLength} bytes` : 'is no valid gzip file', {
      cause,
    })
  }
}

function readTar(
  tar: Buffer,
  source: string,
  limits: ArchiveLimits,
  wanted: (path: string) => boolean,
): Promise<FileTree> {
  return new Promise((resolve, reject) => {
    const files: FileTree = new Map()
    const meter = new ArchiveMeter(source, limits)
    const names = new ArchiveNames(source)
    // It would unpack further formats by itself, out of reach of the limits.
    const parser = new Parser({ strict: true, brotli: false, zstd: false })
    parser.on('entry', (entry: ReadEntry) => {
      try {
        collectTarEntry(entry, { files, names, meter, source, limits, wanted })
      } catch (error) {
        reject(error)
        // The rest is not worth a look.
        parser.abort(error instanceof Error ? error : new Error(messageOf(error)))
      }
    })
    parser.on('error', (cause: Error) => reject(packError(source, `is no valid tar file: ${cause.message}`, { cause })))
    parser.on('end', () => resolve(files))
    parser.end(tar)
  })
}

interface TarTarget {
  files: FileTree
  names: ArchiveNames
  meter: ArchiveMeter
  source: string
  limits: ArchiveLimits
  wanted: (path: string) => boolean
}

const tarFileTypes = new Set(['File', 'OldFile', 'ContiguousFile'])

function collectTarEntry(entry: ReadEntry, { files, names, meter, source, limits, wanted }: TarTarget): void {
  const path = checkedPath(entry.path, source, limits)
  meter.addEntry(path, entry.size)
  if (entry.type === 'Directory' || isJunk(path) || !wanted(path)) return void entry.resume()
  if (!tarFileTypes.has(entry.type))
    throw packError(source, `holds ${JSON.stringify(path)}, which is no file but a ${entry.type}`)
  names.add(path)
  const chunks: Buffer[] = []
  entry.on('data', (chunk: Buffer) => chunks.push(chunk))
  entry.on('end', () => files.set(path, Buffer.concat(chunks)))
}

async function readZip(
  buffer: Buffer,
  source: string,
  limits: ArchiveLimits,
  wanted: (path: string) => boolean,
): Promise<FileTree> {
  const files: FileTree = new Map()
  const meter = new ArchiveMeter(source, { ...limits, unpackedBytes: unpackedLimit(buffer.length, limits) })
  const zip = await openZip(buffer).catch((cause: unknown) => {
    throw packError(source, `is no valid zip file: ${messageOf(cause)}`, { cause })
  })
  const names = new ArchiveNames(source)
  const contents = new ZipContents(source)
  try {
    // Before a look at any: two hundred thousand take seconds.
    if (zip.entryCount > limits.entries) throw packError(source, `holds more than ${limits.entries} files`)
    for await (const entry of zipEntries(zip)) {
      contents.add(entry)
      const path = checkedPath(entry.fileName, source, limits)
      meter.addEntry(path, entry.uncompressedSize)
      if (entry.fileName.endsWith('/') || isJunk(path) || !wanted(path)) continue
      if (!isRegularFile(entry))
        throw packError(source, `holds ${JSON.stringify(path)}, which is no file but a link or device`)
      names.add(path)
      files.set(path, await readZipEntry(zip, entry))
    }
  } catch (error) {
    if (error instanceof PackError) throw error
    throw packError(source, `is no valid zip file: ${messageOf(error)}`, { cause: error })
  } finally {
    zip.close()
  }
  return files
}

/** Unix file type of an entry; archives of other systems leave it 0. */
function isRegularFile(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  return type === 0 || type === 0o100000
}
