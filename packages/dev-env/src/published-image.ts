import { createHash, randomBytes } from 'node:crypto'
import { type Content, namedBy, type RawManifest, type WritableContent } from '@atrium/pack/transfer/content.ts'
import { copyManifest } from '@atrium/pack/transfer/copy.ts'
import { memoryContent } from '@atrium/pack/transfer/memory-content.ts'

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const descriptor = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })
const raw = (mediaType: string, content: object): RawManifest => {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }, null, 1))
  return { mediaType, digest: digestOf(bytes), bytes }
}

/** An image of random layers, as it is pushed by others. */
function image(sizes: readonly number[]): { manifest: RawManifest; blobs: Buffer[] } {
  const config = randomBytes(100)
  const layers = sizes.map((size) => randomBytes(size))
  const manifest = raw('application/vnd.oci.image.manifest.v1+json', {
    config: descriptor(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  })
  return { manifest, blobs: [config, ...layers] }
}

/** Pushes an image for two machines, with layers of these sizes; answers its digest. */
export async function publishImage(
  content: WritableContent,
  repository: string,
  tag: string,
  sizes: readonly number[],
): Promise<string> {
  const machines = [image(sizes), image(sizes)]
  for (const { manifest, blobs } of machines)
    await copyManifest(manifest, { content: memoryContent(blobs), repository }, { content, repository }, [
      manifest.digest,
    ])
  const list = raw('application/vnd.docker.distribution.manifest.list.v2+json', {
    manifests: machines.map(({ manifest }, index) => ({
      ...descriptor(manifest.bytes, manifest.mediaType),
      platform: { os: 'linux', architecture: ['amd64', 'arm64'][index] },
    })),
  })
  await content.putManifest(repository, tag, list)
  return list.digest
}

/** Reads everything below a manifest; throws where something is missing, or is not what its digest says. Answers its digest. */
export async function readWhole(content: Content, repository: string, reference: string): Promise<string> {
  const manifest = await content.manifest(repository, reference)
  if (manifest === null) throw new Error(`${repository} lacks ${reference}`)
  const { manifests, blobs } = namedBy(manifest)
  for (const { digest } of manifests) await readWhole(content, repository, digest)
  for (const blob of blobs) for await (const _chunk of await content.openBlob(repository, blob));
  return manifest.digest
}
