import { Readable } from 'node:stream'
import { checkReference, checkRepository, pull, push } from '../sources/oci/client.ts'
import type { OciTransport } from '../sources/oci/transport.ts'
import { DIGEST, digestOf, OciError, ociLimits } from '../sources/oci/types.ts'
import { type BlobId, manifestTypes, mediaTypeOf, type RawManifest, verified, type WritableContent } from './content.ts'

/** The content of one registry. Blobs stream: they may be larger than memory. */
export class RegistryContent implements WritableContent {
  readonly #transport: OciTransport

  constructor(transport: OciTransport) {
    this.#transport = transport
  }

  async manifest(repository: string, reference: string): Promise<RawManifest | null> {
    const { status, body } = await this.#transport.send({
      method: 'GET',
      path: manifestPath(repository, reference),
      scope: pull(repository),
      accept: manifestTypes.join(', '),
      maxBytes: ociLimits.manifestBytes,
    })
    if (status === 404) return null
    const digest = digestOf(body)
    if (DIGEST.test(reference) && digest !== reference)
      throw new OciError(0, `${repository}@${reference}: the registry sent other content (${digest})`)
    return { mediaType: mediaTypeOf(body, digest), digest, bytes: body }
  }

  async openBlob(repository: string, blob: BlobId): Promise<Readable> {
    const response = await this.#transport.open({
      method: 'GET',
      path: blobPath(repository, blob),
      scope: pull(repository),
      maxBytes: blob.size,
    })
    if (response.status === 404) {
      response.discard()
      throw new OciError(404, `the registry lacks ${repository}@${blob.digest}`)
    }
    return Readable.from(verified(response.stream, blob), { objectMode: false })
  }

  /** A registry takes a manifest only after what it names. */
  async holds(repository: string, reference: string, digest: string): Promise<boolean> {
    return (await this.manifest(repository, reference))?.digest === digest
  }

  async hasBlob(repository: string, blob: BlobId): Promise<boolean> {
    const path = blobPath(repository, blob)
    const { status } = await this.#transport.send({ method: 'HEAD', path, scope: push(repository) })
    return status === 200
  }

  async putBlob(repository: string, blob: BlobId, open: () => Promise<Readable>): Promise<void> {
    const scope = push(repository)
    const started = await this.#transport
      .send({ method: 'POST', path: `/v2/${repository}/blobs/uploads/`, scope })
      .catch((error: unknown) => {
        if (!(error instanceof OciError) || error.status !== 405) throw error
        throw new OciError(405, 'the registry takes nothing new: it is read-only', error)
      })
    const location = started.headers['location']
    if (started.status !== 202 || location === undefined)
      throw new OciError(started.status, `the registry takes no upload to ${repository}`)
    const target = new URL(location, this.#transport.origin)
    target.searchParams.set('digest', blob.digest)
    const body = { sizeBytes: blob.size, open: () => Readable.from(lazily(open), { objectMode: false }) }
    const contentType = 'application/octet-stream'
    const { status } = await this.#transport.send({ method: 'PUT', path: target.href, scope, contentType, body })
    if (status !== 201) throw new OciError(status, `the registry did not store ${blob.digest} in ${repository}`)
  }

  async putManifest(repository: string, reference: string | null, manifest: RawManifest): Promise<void> {
    const { mediaType, digest, bytes } = manifest
    const path = manifestPath(repository, reference ?? digest)
    const scope = push(repository)
    const { status } = await this.#transport.send({ method: 'PUT', path, scope, contentType: mediaType, body: bytes })
    if (status !== 201) throw new OciError(status, `the registry did not store ${repository} ${reference ?? digest}`)
  }
}

async function* lazily(open: () => Promise<Readable>): AsyncGenerator<Buffer> {
  yield* (await open()) as AsyncIterable<Buffer>
}

function manifestPath(repository: string, reference: string): string {
  checkRepository(repository)
  checkReference(reference)
  return `/v2/${repository}/manifests/${reference}`
}

function blobPath(repository: string, { digest }: BlobId): string {
  checkRepository(repository)
  if (!DIGEST.test(digest)) throw new OciError(0, `'${digest}' is no sha256 digest`)
  return `/v2/${repository}/blobs/${digest}`
}
