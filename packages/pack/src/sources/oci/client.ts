import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { hashingFile } from '../hashing-file.ts'
import { type OciRequest, OciTransport, type OciTransportOptions } from './transport.ts'
import {
  CatalogueError,
  type Descriptor,
  DIGEST,
  digestOf,
  mediaTypes,
  OciError,
  type OciManifest,
  ociLimits,
  SignInError,
} from './types.ts'

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const acceptManifests = `${mediaTypes.manifest}, ${mediaTypes.dockerManifest}`

export interface FoundManifest {
  digest: string
  manifest: OciManifest
  /** As it was sent: what the digest is of. */
  body: Buffer
}

/** A client of one OCI registry. Everything that comes by digest is checked against it; every answer is bounded. */
export class OciClient {
  readonly #transport: OciTransport

  constructor(options: OciTransportOptions) {
    this.#transport = new OciTransport(options)
  }

  /** All tags of a repository; null when there is no such repository. */
  async tags(repository: string, signal?: AbortSignal): Promise<string[] | null> {
    checkRepository(repository)
    const path = `/v2/${repository}/tags/list?n=1000`
    return this.#list(path, pull(repository), 'tags', signal)
  }

  /** All repositories the credentials may see. Throws `CatalogueError` where the registry does not tell. */
  async repositories(signal?: AbortSignal): Promise<string[]> {
    const listed = await this.#list('/v2/_catalog?n=1000', 'registry:catalog:*', 'repositories', signal).catch(
      (error: unknown) => {
        const isRefused = error instanceof OciError && !(error instanceof SignInError) && refusing.has(error.status)
        throw isRefused ? noCatalogue(error.status, error.message, error) : error
      },
    )
    if (listed === null) throw noCatalogue(404, 'the registry has no /v2/_catalog')
    return listed
  }

  /** Shows the credentials and asks for nothing. Throws `OciError` when they are refused. */
  async signIn(signal?: AbortSignal): Promise<void> {
    await this.#transport.send({ method: 'GET', path: '/v2/', scope: '', signal })
  }

  /** A manifest by tag or digest; null when there is none. */
  async manifest(repository: string, reference: string, signal?: AbortSignal): Promise<FoundManifest | null> {
    checkRepository(repository)
    checkReference(reference)
    const response = await this.#transport.send({
      method: 'GET',
      path: `/v2/${repository}/manifests/${reference}`,
      scope: pull(repository),
      accept: acceptManifests,
      maxBytes: ociLimits.manifestBytes,
      signal,
    })
    if (response.status === 404) return null
    const { body } = response
    const digest = digestOf(body)
    if (DIGEST.test(reference) && digest !== reference) throw mismatch(`${repository}@${reference}`, digest)
    return { digest, manifest: parseManifest(body, repository), body }
  }

  /** The digest that a tag names, without its content where the registry tells it; null when there is no such tag. */
  async digest(repository: string, tag: string, signal?: AbortSignal): Promise<string | null> {
    checkRepository(repository)
    checkReference(tag)
    const path = `/v2/${repository}/manifests/${tag}`
    const scope = pull(repository)
    const { status, headers } = await this.#transport.send({
      method: 'HEAD',
      path,
      scope,
      accept: acceptManifests,
      signal,
    })
    if (status === 404) return null
    const told = headers['docker-content-digest'] ?? ''
    return DIGEST.test(told) ? told : ((await this.manifest(repository, tag, signal))?.digest ?? null)
  }

  /** The content of a blob, checked against digest and size. */
  async blob(
    repository: string,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    signal?: AbortSignal,
  ): Promise<Buffer> {
    checkRepository(repository)
    if (!DIGEST.test(descriptor.digest)) throw new OciError(0, `'${descriptor.digest}' is no sha256 digest`)
    const response = await this.#transport.send({
      method: 'GET',
      path: `/v2/${repository}/blobs/${descriptor.digest}`,
      scope: pull(repository),
      maxBytes: descriptor.size,
      signal,
    })
    if (response.status === 404) throw new OciError(404, `the registry lacks ${repository}@${descriptor.digest}`)
    const { body } = response
    const digest = digestOf(body)
    if (digest !== descriptor.digest) throw mismatch(`${repository}@${descriptor.digest}`, digest)
    return body
  }

  /** Writes the content of a blob to a file, checked against digest and size; it is never in memory as a whole. */
  async downloadBlob(
    repository: string,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    file: string,
    signal?: AbortSignal,
  ): Promise<void> {
    checkRepository(repository)
    let hash = createHash('sha256')
    const response = await this.#transport.send({
      method: 'GET',
      path: `/v2/${repository}/blobs/${descriptor.digest}`,
      scope: pull(repository),
      maxBytes: descriptor.size,
      sink() {
        hash = createHash('sha256')
        return hashingFile(file, hash)
      },
      signal,
    })
    if (response.status === 404) throw new OciError(404, `the registry lacks ${repository}@${descriptor.digest}`)
    const digest = `sha256:${hash.digest('hex')}`
    if (digest !== descriptor.digest) throw mismatch(`${repository}@${descriptor.digest}`, digest)
  }

  /** Uploads a blob unless the registry has it. */
  async pushBlob(repository: string, content: Buffer, signal?: AbortSignal): Promise<string> {
    const digest = digestOf(content)
    await this.#upload(repository, digest, content, signal)
    return digest
  }

  /** As `pushBlob`, from a file whose digest and size are known. */
  pushFile(
    repository: string,
    { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
    file: string,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#upload(repository, digest, { sizeBytes: size, open: () => createReadStream(file) }, signal)
  }

  async #upload(
    repository: string,
    digest: string,
    content: NonNullable<OciRequest['body']>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    checkRepository(repository)
    const scope = push(repository)
    const head = await this.#transport.send({
      method: 'HEAD',
      path: `/v2/${repository}/blobs/${digest}`,
      scope,
      signal,
    })
    if (head.status === 200) return
    const started = await this.#transport.send({
      method: 'POST',
      path: `/v2/${repository}/blobs/uploads/`,
      scope,
      signal,
    })
    const location = started.headers['location']
    if (started.status !== 202 || location === undefined) {
      throw new OciError(started.status, `the registry takes no upload to ${repository}`)
    }
    const target = new URL(location, this.#transport.origin)
    target.searchParams.set('digest', digest)
    const contentType = 'application/octet-stream'
    await this.#expectCreated(
      { method: 'PUT', path: target.href, scope, contentType, body: content, signal },
      repository,
    )
  }

  /** Stores a manifest under a tag; answers its digest. */
  async pushManifest(repository: string, tag: string, manifest: OciManifest, signal?: AbortSignal): Promise<string> {
    checkRepository(repository)
    checkReference(tag)
    const body = Buffer.from(JSON.stringify(manifest))
    await this.pushManifestBytes(repository, tag, { mediaType: manifest.mediaType, body }, signal)
    return digestOf(body)
  }

  /** As `pushManifest`, byte for byte: the digest stays what it is elsewhere. */
  async pushManifestBytes(
    repository: string,
    reference: string,
    { mediaType, body }: { mediaType: string; body: Buffer },
    signal?: AbortSignal,
  ): Promise<void> {
    checkRepository(repository)
    checkReference(reference)
    const path = `/v2/${repository}/manifests/${reference}`
    const scope = push(repository)
    await this.#expectCreated({ method: 'PUT', path, scope, contentType: mediaType, body, signal }, repository)
  }

  /** Removes content by its digest; what is not there is removed. A registry that removes nothing answers `OciError` 405. */
  async deleteManifest(repository: string, digest: string, signal?: AbortSignal): Promise<void> {
    checkRepository(repository)
    checkReference(digest)
    const path = `/v2/${repository}/manifests/${digest}`
    await this.#transport.send({ method: 'DELETE', path, scope: `repository:${repository}:delete`, signal })
  }

  async #expectCreated(request: Parameters<OciTransport['send']>[0], repository: string): Promise<void> {
    const response = await this.#transport.send(request)
    if (response.status !== 201) throw new OciError(response.status, `the registry did not store it in ${repository}`)
  }

  /** Follows `Link: <…>; rel="next"` within bounds. */
  async #list(path: string, scope: string, field: string, signal?: AbortSignal): Promise<string[] | null> {
    const items: string[] = []
    let next: string | null = path
    for (let page = 0; next !== null; page += 1) {
      if (page >= ociLimits.listPages)
        throw new OciError(0, `the registry's list has more than ${ociLimits.listPages} pages`)
      const response = await this.#transport.send({
        method: 'GET',
        path: next,
        scope,
        maxBytes: ociLimits.listBytes,
        signal,
      })
      if (response.status === 404) return null
      items.push(...parseList(response.body.toString('utf8'), field))
      next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers['link'] ?? '')?.[1] ?? null
    }
    return items
  }
}

/** Answers of registries that do not list their repositories. */
const refusing = new Set([401, 403, 405])

const noCatalogue = (status: number, why: string, cause?: unknown): CatalogueError =>
  new CatalogueError(status, `the registry does not list its repositories: ${why}`, cause)

/** What a token for reading a repository names. */
export const pull = (repository: string): string => `repository:${repository}:pull`
/** The same for writing. */
export const push = (repository: string): string => `repository:${repository}:pull,push`

export const isRepository = (name: string): boolean => name.length <= 255 && REPOSITORY.test(name)

/** Throws `OciError` on a name no registry could have: it becomes part of a path. */
export function checkRepository(repository: string): void {
  if (!isRepository(repository)) throw new OciError(0, `'${repository}' is no repository name`)
}

/** The same for a tag or digest. */
export function checkReference(reference: string): void {
  if (!TAG.test(reference) && !DIGEST.test(reference)) throw new OciError(0, `'${reference}' is neither tag nor digest`)
}

const mismatch = (wanted: string, got: string): OciError =>
  new OciError(0, `${wanted}: the registry sent other content (${got})`)

function parseList(body: string, field: string): string[] {
  const list = (parseJson(body) as Record<string, unknown> | null)?.[field]
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new OciError(0, 'the registry sent no valid JSON', cause)
  }
}

function parseManifest(body: Buffer, repository: string): OciManifest {
  const manifest = parseJson(body.toString('utf8')) as Partial<OciManifest> | null
  const layers = Array.isArray(manifest?.layers) ? manifest.layers : null
  if (layers === null || !layers.every(isDescriptor) || !isDescriptor(manifest?.config)) {
    throw new OciError(0, `${repository} holds no image manifest`)
  }
  return manifest as OciManifest
}

export function isDescriptor(value: unknown): value is Descriptor {
  const { digest, size } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return typeof digest === 'string' && DIGEST.test(digest) && Number.isSafeInteger(size) && (size as number) >= 0
}
