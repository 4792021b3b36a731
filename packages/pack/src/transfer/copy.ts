import { Readable } from 'node:stream'
import { OciError } from '../sources/oci/types.ts'
import { type BlobId, type Content, listTypes, namedBy, type RawManifest, type WritableContent } from './content.ts'

/** A repository of some content. */
export interface Place<C extends Content = Content> {
  content: C
  repository: string
}

export interface CopyOptions {
  /** Told of the bytes that are written, as they are. */
  onBytes?(count: number): void
  signal?: AbortSignal
}

export interface Copied {
  digest: string
  /** Of blobs that the target lacked. */
  bytes: number
  /** False: the target held all of it. */
  isNew: boolean
}

/** A list names images, hardly ever lists; deeper is no image. */
const MAX_DEPTH = 3

/**
 * Copies what `manifest` names, whole, then itself under each reference: nothing is ever named that is not there. What the target holds
 * is left alone, so a copy that was interrupted goes on where it was.
 */
export async function copyManifest(
  manifest: RawManifest,
  from: Place,
  to: Place<WritableContent>,
  references: readonly string[],
  options: CopyOptions = {},
): Promise<Copied> {
  const missing: string[] = []
  for (const one of references) if (!(await to.content.holds(to.repository, one, manifest.digest))) missing.push(one)
  const bytes = missing.length === 0 ? 0 : await copyNamed(manifest, from, to, options, 0)
  for (const one of missing) await to.content.putManifest(to.repository, one, manifest)
  return { digest: manifest.digest, bytes, isNew: missing.length > 0 }
}

/** An image for several machines comes with all of them. */
async function copyNamed(
  manifest: RawManifest,
  from: Place,
  to: Place<WritableContent>,
  options: CopyOptions,
  depth: number,
): Promise<number> {
  if (depth > MAX_DEPTH) throw new OciError(0, `${manifest.digest} lists lists that list lists`)
  const { manifests, blobs } = namedBy(manifest)
  let bytes = 0
  for (const { digest } of listTypes.includes(manifest.mediaType) ? manifests : []) {
    const inner = await from.content.manifest(from.repository, digest)
    if (inner === null) throw new OciError(404, `${from.repository} lacks ${digest}, which its list names`)
    bytes += await copyInner(inner, from, to, options, depth)
  }
  for (const blob of blobs) bytes += await copyBlob(blob, from, to, options)
  return bytes
}

async function copyInner(
  inner: RawManifest,
  from: Place,
  to: Place<WritableContent>,
  options: CopyOptions,
  depth: number,
): Promise<number> {
  if (await to.content.holds(to.repository, inner.digest, inner.digest)) return 0
  const bytes = await copyNamed(inner, from, to, options, depth + 1)
  await to.content.putManifest(to.repository, null, inner)
  return bytes
}

async function copyBlob(
  blob: BlobId,
  from: Place,
  to: Place<WritableContent>,
  { onBytes, signal }: CopyOptions,
): Promise<number> {
  signal?.throwIfAborted()
  if (await to.content.hasBlob(to.repository, blob)) return 0
  const open = async (): Promise<Readable> => {
    const source = await from.content.openBlob(from.repository, blob)
    return Readable.from(counted(source, onBytes, signal), { objectMode: false })
  }
  await to.content.putBlob(to.repository, blob, open)
  return blob.size
}

async function* counted(
  source: Readable,
  onBytes: CopyOptions['onBytes'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    signal?.throwIfAborted()
    onBytes?.(chunk.length)
    yield chunk
  }
}
