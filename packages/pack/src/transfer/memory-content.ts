import { Readable } from 'node:stream'
import { type Descriptor, digestOf, mediaTypes, OciError, type OciManifest } from '../sources/oci/types.ts'
import type { BlobId, Content, RawManifest } from './content.ts'

const CHUNK = 1024 * 1024

/** Blobs in memory, as the source of a copy. */
export function memoryContent(blobs: readonly Buffer[]): Content {
  const byDigest = new Map(blobs.map((blob) => [digestOf(blob), blob]))
  return {
    manifest: () => Promise.resolve(null),
    async openBlob(_repository: string, { digest }: BlobId) {
      const blob = byDigest.get(digest)
      if (blob === undefined) throw new OciError(404, `there is no ${digest}`)
      return Readable.from(chunks(blob), { objectMode: false })
    },
  }
}

function* chunks(blob: Buffer): Generator<Buffer> {
  for (let at = 0; at < blob.length; at += CHUNK) yield blob.subarray(at, at + CHUNK)
}

/** A manifest of ours, as it is sent. */
export function rawManifest(manifest: OciManifest): RawManifest {
  const bytes = Buffer.from(JSON.stringify(manifest))
  return { mediaType: manifest.mediaType, digest: digestOf(bytes), bytes }
}

const CHART_CONFIG = 'application/vnd.cncf.helm.config.v1+json'
/** Media type of the archive in a chart's manifest. */
export const CHART_CONTENT = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/** A chart as helm keeps one in a registry. */
export function chartArtifact(chart: { name: string; version: string; archive: Buffer }): {
  manifest: RawManifest
  content: Content
} {
  const config = Buffer.from(JSON.stringify({ name: chart.name, version: chart.version, apiVersion: 'v2' }))
  const describe = (mediaType: string, blob: Buffer): Descriptor => ({
    mediaType,
    digest: digestOf(blob),
    size: blob.length,
  })
  const manifest = rawManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(CHART_CONFIG, config),
    layers: [describe(CHART_CONTENT, chart.archive)],
  })
  return { manifest, content: memoryContent([config, chart.archive]) }
}
