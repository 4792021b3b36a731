import type { Readable } from 'node:stream'
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import { packError } from '../format/problems.ts'

/** Opens a zip archive in memory; yauzl itself refuses absolute paths, `..`, and entries that unpack to another size than stated. */
export const openZip = (buffer: Buffer): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    fromBuffer(buffer, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    )
  })

/** The entries, one after another. */
export async function* zipEntries(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await nextEntry(zip)
    if (entry === null) return
    yield entry
  }
}

const nextEntry = (zip: ZipFile): Promise<Entry | null> =>
  new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      zip.removeListener('entry', onEntry)
      zip.removeListener('end', onEnd)
      zip.removeListener('error', onError)
      act()
    }
    const onEntry = (entry: Entry): void => finish(() => resolve(entry))
    const onEnd = (): void => finish(() => resolve(null))
    const onError = (error: Error): void => finish(() => reject(error))
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError)
    zip.readEntry()
  })

export const readZipEntry = async (zip: ZipFile, entry: Entry): Promise<Buffer> => {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, readable) => (error ? reject(error) : resolve(readable)))
  })
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Bytes of a local header, without the name. */
const HEADER = 30

/**
 * Refuses entries that share bytes: few bytes that are many files unpack to far more than any ratio of theirs says, and another reader may
 * see other files.
 */
export class ZipContents {
  readonly #source: string
  readonly #ranges: { start: number; end: number }[] = []
  constructor(source: string) {
    this.#source = source
  }

  add({ relativeOffsetOfLocalHeader: start, compressedSize, fileNameRaw }: Entry): void {
    const end = start + HEADER + fileNameRaw.length + compressedSize
    const at = this.#firstEndingAfter(start)
    const next = this.#ranges[at]
    if (next !== undefined && next.start < end) throw packError(this.#source, 'holds files that overlap')
    this.#ranges.splice(at, 0, { start, end })
  }

  #firstEndingAfter(start: number): number {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ranges[middle]?.end ?? 0) > start) high = middle
      else low = middle + 1
    }
    return low
  }
}
