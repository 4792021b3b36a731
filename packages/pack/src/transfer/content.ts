import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { isDescriptor } from '../sources/oci/client.ts'
import { type Descriptor, mediaTypes, OciError } from '../sources/oci/types.ts'

/** A manifest, or a list of manifests, as it was written: its digest names exactly these bytes. */
export interface RawManifest {
  mediaType: string
  digest: string
  bytes: Buffer
}

/** What names content: digest and size. */
export type BlobId = Pick<Descriptor, 'digest' | 'size'>

/** Content by digest, with manifests that have names too: a registry, or a bundle. */
export interface Content {
  /** By tag or digest; null when there is none. */
  manifest(repository: string, reference: string): Promise<RawManifest | null>
  /** Fails on reading where what comes is not what the digest names. */
  openBlob(repository: string, blob: BlobId): Promise<Readable>
}

/** Content that takes more. What is put twice is kept once. */
export interface WritableContent extends Content {
  /** True when `manifest` would answer exactly this, with everything it names. */
  holds(repository: string, reference: string, digest: string): Promise<boolean>
  hasBlob(repository: string, blob: BlobId): Promise<boolean>
  /** `open` is called again where an attempt breaks off. */
  putBlob(repository: string, blob: BlobId, open: () => Promise<Readable>): Promise<void>
  /** After everything it names. Null: under no name, because another manifest names it. */
  putManifest(repository: string, reference: string | null, manifest: RawManifest): Promise<void>
}

/** Media types of manifests that name other manifests: an image for several machines. */
export const listTypes: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
export const manifestTypes: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest, ...listTypes]

/** The largest list seen names some 30; each may have attestations beside it. */
const MAX_NAMED = 1000

/** What a manifest names: other manifests, or blobs. Throws `OciError` when it cannot be read. */
export function namedBy({ bytes, digest }: RawManifest): { manifests: Descriptor[]; blobs: Descriptor[] } {
  const content = parse(bytes, digest)
  const manifests = descriptors(content['manifests'], digest)
  const layers = descriptors(content['layers'], digest)
  const config = content['config'] === undefined ? [] : descriptors([content['config']], digest)
  if (manifests.length + layers.length + config.length === 0)
    throw new OciError(0, `${digest} is no manifest: it names nothing`)
  // Layers that their publisher keeps elsewhere may not be handed on, and registries do not hold them.
  return {
    manifests,
    blobs: [...config, ...layers.filter(({ mediaType }) => !/foreign|nondistributable/.test(mediaType))],
  }
}

/** Media type of a manifest, where nothing but its content tells. */
export function mediaTypeOf(bytes: Buffer, digest: string): string {
  const content = parse(bytes, digest)
  if (typeof content['mediaType'] === 'string') return content['mediaType']
  return Array.isArray(content['manifests']) ? (listTypes[0] ?? '') : mediaTypes.manifest
}

function parse(bytes: Buffer, digest: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new OciError(0, `${digest} is no manifest: it is no JSON`, cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OciError(0, `${digest} is no manifest: it holds no object`)
  return value as Record<string, unknown>
}

function descriptors(list: unknown, digest: string): Descriptor[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list) || list.length > MAX_NAMED || !list.every(isDescriptor))
    throw new OciError(0, `${digest} names content in a way that cannot be read`)
  return list
}

/** Hands chunks on and throws at the end, or at the first byte too many, when they are not what the digest names. */
export async function* verified(source: AsyncIterable<Buffer>, { digest, size }: BlobId): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let seenBytes = 0
  for await (const chunk of source) {
    seenBytes += chunk.length
    if (seenBytes > size) throw new OciError(0, `${digest}: more came than its ${size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (seenBytes < size) throw new OciError(0, `${digest}: ${seenBytes} of ${size} bytes came`)
  if (`sha256:${hash.digest('hex')}` !== digest) throw new OciError(0, `${digest}: other content came`)
}
