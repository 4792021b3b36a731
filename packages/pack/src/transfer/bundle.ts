import { type FileHandle, open, rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { DIGEST, OciError } from '../sources/oci/types.ts'
import { tarHeader, tarPadding } from '../sources/write-archive.ts'
import { endOf, readRange, type TarFile, tarFiles } from './bundle-tar.ts'
import { type BlobId, type Content, mediaTypeOf, type RawManifest, verified, type WritableContent } from './content.ts'

/** What a bundle holds under a name, with an empty base path. */
export interface BundleName {
  repository: string
  reference: string
  digest: string
}

const NAME = 'org.opencontainers.image.ref.name'
/** What `ctr images import` calls an image. */
const CONTAINERD_NAME = 'io.containerd.image.name'
const LAYOUT = Buffer.from('{"imageLayoutVersion":"1.0.0"}')
const END = Buffer.alloc(1024)
const MAX_INDEX_BYTES = 64 * 1024 * 1024
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`
const digestOfPath = (path: string): string | null => {
  const digest = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]
  return digest === undefined ? null : `sha256:${digest}`
}

/** Blobs of a tar file that is an OCI layout. */
abstract class TarContent implements Content {
  protected readonly handle: FileHandle
  protected readonly blobs: Map<string, TarFile>
  protected readonly named = new Map<string, BundleName>()

  constructor(handle: FileHandle, blobs: Map<string, TarFile>) {
    this.handle = handle
    this.blobs = blobs
  }

  async manifest(repository: string, reference: string): Promise<RawManifest | null> {
    const digest = DIGEST.test(reference) ? reference : this.named.get(keyOf(repository, reference))?.digest
    const file = digest === undefined ? undefined : this.blobs.get(digest)
    if (digest === undefined || file === undefined) return null
    if (file.size > MAX_MANIFEST_BYTES) throw new OciError(0, `${digest} is no manifest: it has ${file.size} bytes`)
    const bytes = await this.#read({ digest, size: file.size })
    return { mediaType: mediaTypeOf(bytes, digest), digest, bytes }
  }

  async openBlob(_repository: string, { digest, size }: BlobId): Promise<Readable> {
    const file = this.blobs.get(digest)
    if (file === undefined) throw new OciError(404, `the bundle lacks ${digest}`)
    return Readable.from(verified(readRange(this.handle, file.offset, file.size), { digest, size }), {
      objectMode: false,
    })
  }

  close(): Promise<void> {
    return this.handle.close()
  }

  async #read(blob: BlobId): Promise<Buffer> {
    return Buffer.concat(await (await this.openBlob('', blob)).toArray())
  }
}

const keyOf = (repository: string, reference: string): string => `${repository} ${reference}`

/** A finished bundle. */
export class BundleReader extends TarContent {
  /** Throws when the file is no bundle. */
  static async open(path: string): Promise<BundleReader> {
    const handle = await open(path, 'r')
    try {
      const files: TarFile[] = []
      for await (const file of tarFiles(handle)) files.push(file)
      const index = files.findLast((file) => file.path === 'index.json')
      if (index === undefined || index.size > MAX_INDEX_BYTES) throw new Error(`${path} is no bundle, or not whole.`)
      const text = Buffer.concat(await Readable.from(readRange(handle, index.offset, index.size)).toArray())
      return new BundleReader(handle, blobsOf(files), readNames(text, path))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  private constructor(handle: FileHandle, blobs: Map<string, TarFile>, names: readonly BundleName[]) {
    super(handle, blobs)
    for (const name of names) this.named.set(keyOf(name.repository, name.reference), name)
  }

  get names(): BundleName[] {
    return [...this.named.values()]
  }
}

/**
 * A bundle that is being written, as `<path>.part` until it is whole. Content is appended in an order in which nothing is named that is
 * not there; an end that was cut off, or is not what its digest says, is dropped, and the rest is gone on from.
 */
export class BundleWriter extends TarContent implements WritableContent {
  readonly #path: string
  #end: number

  static async open(path: string): Promise<BundleWriter> {
    const handle = await open(`${path}.part`, 'a+').then(async (made) => {
      // Appending alone would write at the end whatever position is named.
      await made.close()
      return open(`${path}.part`, 'r+')
    })
    const whole: TarFile[] = []
    for await (const file of tarFiles(handle)) {
      if (file.path !== 'oci-layout' && !(await isWhole(handle, file))) break
      whole.push(file)
    }
    const writer = new BundleWriter(handle, path, whole)
    await handle.truncate(writer.#end)
    if (whole.length === 0) await writer.#append('oci-layout', LAYOUT.length, [LAYOUT])
    return writer
  }

  private constructor(handle: FileHandle, path: string, files: readonly TarFile[]) {
    super(handle, blobsOf(files))
    this.#path = path
    const last = files.at(-1)
    this.#end = last === undefined ? 0 : endOf(last)
  }

  holds(repository: string, reference: string, digest: string): Promise<boolean> {
    const present = DIGEST.test(reference) ? reference : this.named.get(keyOf(repository, reference))?.digest
    return Promise.resolve(present === digest && this.blobs.has(digest))
  }

  hasBlob(_repository: string, { digest }: BlobId): Promise<boolean> {
    return Promise.resolve(this.blobs.has(digest))
  }

  async putBlob(_repository: string, { digest, size }: BlobId, open: () => Promise<Readable>): Promise<void> {
    const file = await this.#append(blobPath(digest), size, verified(await open(), { digest, size }))
    this.blobs.set(digest, file)
  }

  async putManifest(repository: string, reference: string | null, { digest, bytes }: RawManifest): Promise<void> {
    if (!this.blobs.has(digest)) this.blobs.set(digest, await this.#append(blobPath(digest), bytes.length, [bytes]))
    if (reference !== null) this.named.set(keyOf(repository, reference), { repository, reference, digest })
  }

  /** Writes the index and gives the file its name. */
  async finish(describe: (name: BundleName) => { image?: string }): Promise<void> {
    const manifests = []
    for (const name of this.named.values()) {
      const manifest = await this.manifest(name.repository, name.digest)
      if (manifest === null) throw new OciError(0, `${name.digest} got lost from the bundle`)
      const { mediaType, digest, bytes } = manifest
      const { image } = describe(name)
      const separator = DIGEST.test(name.reference) ? '@' : ':'
      const annotations = {
        [NAME]: `${name.repository}${separator}${name.reference}`,
        ...(image !== undefined && { [CONTAINERD_NAME]: image }),
      }
      manifests.push({ mediaType, digest, size: bytes.length, annotations })
    }
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: listType, manifests }))
    await this.#append('index.json', index.length, [index])
    await this.handle.write(END, 0, END.length, this.#end)
    await this.handle.sync()
    await rename(`${this.#path}.part`, this.#path)
  }

  async #append(path: string, size: number, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<TarFile> {
    const start = this.#end
    const header = tarHeader(path, size)
    const file = { path, start, offset: start + header.length, size }
    try {
      await this.handle.write(header, 0, header.length, start)
      let at = file.offset
      for await (const chunk of content) {
        await this.handle.write(chunk, 0, chunk.length, at)
        at += chunk.length
      }
      await this.handle.write(Buffer.alloc(tarPadding(size)), 0, tarPadding(size), at)
    } catch (error) {
      await this.handle.truncate(start)
      throw error
    }
    this.#end = endOf(file)
    return file
  }
}

const listType = 'application/vnd.oci.image.index.v1+json'

function blobsOf(files: readonly TarFile[]): Map<string, TarFile> {
  return new Map(
    files.flatMap((file) => {
      const digest = digestOfPath(file.path)
      return digest === null ? [] : [[digest, file] as const]
    }),
  )
}

async function isWhole(handle: FileHandle, file: TarFile): Promise<boolean> {
  const digest = digestOfPath(file.path)
  if (digest === null) return false
  try {
    for await (const _chunk of verified(readRange(handle, file.offset, file.size), { digest, size: file.size }));
    return true
  } catch (error) {
    if (error instanceof OciError) return false
    throw error
  }
}

function readNames(text: Buffer, path: string): BundleName[] {
  let index: { manifests?: { digest?: unknown; annotations?: Record<string, unknown> }[] }
  try {
    index = JSON.parse(text.toString('utf8')) as typeof index
  } catch (cause) {
    throw new Error(`${path} is no bundle: its index.json is no JSON.`, { cause })
  }
  return (Array.isArray(index.manifests) ? index.manifests : []).flatMap(({ digest, annotations }) => {
    const match = /^(.+?)(?:@(sha256:[0-9a-f]{64})|:([^:/@]+))$/.exec(String(annotations?.[NAME] ?? ''))
    if (match === null || typeof digest !== 'string' || !DIGEST.test(digest)) return []
    return [{ repository: match[1] ?? '', reference: match[2] ?? match[3] ?? '', digest }]
  })
}
