import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { isLogo, maxLogoBytes } from '../format/logo.ts'
import { type Preset, readPresets, readValuesSchema } from '../format/presets.ts'
import { PackError, packError } from '../format/problems.ts'
import { readArchive } from './archive.ts'
import { ArchiveMeter, ArchiveNames, checkedPath, type FileTree, isJunk, withoutTopFolder } from './file-tree.ts'
import { packLimits, unpackedLimit } from './limits.ts'
import { loadTexts, type PackTexts } from './load.ts'

const kept = /^([^/]+\/)?(pack\.json|values\.yaml|README\.md|presets\.yaml|schema\.yaml|logo\.png)$/
const isKept = (path: string, sizeBytes: number): boolean =>
  kept.test(path) && !(path.endsWith('.png') && sizeBytes > maxLogoBytes)
const GZIP = Buffer.from([0x1f, 0x8b])

/** What a catalogue keeps of a pack: its texts, presets and schema read. */
export interface PackEntry extends Omit<PackTexts, 'presets' | 'schema' | 'logo'> {
  presets: Preset[]
  /** The rule text of each value, by its dotted path; null without a `schema.yaml`. */
  schema: Record<string, { schema: string }> | null
  /** A PNG in base64; null where there is none that can be shown. */
  logo: string | null
}

/** Throws `PackError` when presets or schema cannot be read. */
export const entryOf = ({ manifest, values, readme, presets, schema, logo }: PackTexts): PackEntry => ({
  ...{ manifest, values, readme },
  presets: readPresets(presets),
  schema: schema === '' ? null : readValuesSchema(schema),
  logo: logo && isLogo(logo) ? Buffer.from(logo).toString('base64') : null,
})

/** Reads texts and logo of a pack archive; charts pass by and are never unpacked in memory. Throws `PackError`. */
export async function readPackSummary(archive: Buffer, source: string): Promise<PackTexts> {
  return loadTexts(withoutTopFolder(await readNames(archive, source)))
}

/** Every path of the archive; content only where `isKept` says so. */
async function readNames(archive: Buffer, source: string): Promise<FileTree> {
  // Archives of another kind are rare and small.
  if (!archive.subarray(0, 2).equals(GZIP)) return readArchive(archive, source)
  const files: FileTree = new Map()
  const meter = new ArchiveMeter(source, packLimits)
  const limit = unpackedLimit(archive.length, packLimits)
  const target = { files, names: new ArchiveNames(source), meter, source }
  const take = (entry: ReadEntry): void => collect(entry, target)
  try {
    await pipeline([archive], createGunzip(), counted(limit, source), (tar) => parseTar(tar, take))
  } catch (error) {
    throw error instanceof PackError ? error : packError(source, 'is no valid tar.gz archive', { cause: error })
  }
  return files
}

/** Hands each entry to `take` as it passes by; its failure ends it all. */
async function parseTar(tar: AsyncIterable<Buffer>, take: (entry: ReadEntry) => void): Promise<void> {
  // It would unpack further formats by itself, out of reach of the limits.
  const parser = new Parser({ strict: true, brotli: false, zstd: false })
  let failure: unknown
  let isOver = false
  // What comes after the end would be collected in vain.
  parser.on('eof', () => {
    isOver = true
  })
  parser.on('entry', (entry: ReadEntry) => {
    try {
      take(entry)
    } catch (error) {
      failure ??= error
      entry.resume()
    }
  })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', reject)
  })
  ended.catch((error: unknown) => {
    failure ??= error
  })
  for await (const chunk of tar) {
    if (!isOver) parser.write(chunk)
    if (failure !== undefined) throw failure
  }
  parser.end()
  await ended
  if (failure !== undefined) throw failure
}

interface Target {
  files: FileTree
  names: ArchiveNames
  meter: ArchiveMeter
  source: string
}

function collect(entry: ReadEntry, { files, names, meter, source }: Target): void {
  const path = checkedPath(entry.path, source, packLimits)
  meter.addEntry(path, entry.size)
  if (entry.type === 'Directory' || isJunk(path)) return void entry.resume()
  if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile')
    throw packError(source, `holds ${JSON.stringify(path)}, which is no file but a ${entry.type}`)
  names.add(path)
  files.set(path, new Uint8Array())
  if (!isKept(path, entry.size)) return void entry.resume()
  const chunks: Buffer[] = []
  entry.on('data', (chunk: Buffer) => chunks.push(chunk))
  entry.on('end', () => files.set(path, Buffer.concat(chunks)))
}

/** Passes on at most so many bytes. */
function counted(limitBytes: number, source: string): Transform {
  let seenBytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length
      done(seenBytes > limitBytes ? packError(source, `unpacks to more than ${limitBytes} bytes`) : null, chunk)
    },
  })
}
