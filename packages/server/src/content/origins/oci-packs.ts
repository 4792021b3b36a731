import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { packError } from '@atrium/pack/format/problems.ts'
import type { FoundManifest, OciClient } from '@atrium/pack/sources/oci/client.ts'
import { mustBeSigned } from '@atrium/pack/sources/oci/cosign.ts'
import { packLayerOf, packRepositories, packRepository, tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { type Descriptor, mediaTypes } from '@atrium/pack/sources/oci/types.ts'
import type { PackEntry } from '@atrium/pack/sources/summary.ts'
import { findTag, listTags, repositoryOf } from './oci-tags.ts'
import type { Listing, Offer, Origin, ReadPack } from './origin.ts'

const configBytes = 64 * 1024

/** An OCI registry in the layout of packs. Archives lie in a file while they are read: never in this process. */
export class OciPacks implements Origin {
  readonly #client: OciClient
  readonly #basePath: string
  readonly #key: KeyObject | null
  readonly #reader: PackReader
  readonly #names: readonly string[] | undefined

  /** Of the packs with these names, where they are given; of all that the registry lists otherwise. */
  constructor(
    client: OciClient,
    basePath: string,
    key: KeyObject | null,
    reader: PackReader,
    names?: readonly string[],
  ) {
    this.#client = client
    this.#basePath = basePath
    this.#key = key
    this.#reader = reader
    this.#names = names
  }

  async list(_since: string | null, signal: AbortSignal): Promise<Listing> {
    const named = this.#names?.map((name) => packRepository(this.#basePath, name))
    const repositories = named ?? packRepositories(await this.#client.repositories(signal), this.#basePath)
    return listTags(this.#client, repositories, signal)
  }

  find(name: string, tag: string, signal: AbortSignal): Promise<Offer | null> {
    return findTag(this.#client, packRepository(this.#basePath, name), tag, signal)
  }

  async read(offer: Offer, folder: string, signal: AbortSignal): Promise<ReadPack> {
    const repository = repositoryOf(offer)
    const found = await packLayerOf(this.#client, repository, offer.mark, signal)
    // What is checked is the digest that will be installed.
    if (this.#key) await mustBeSigned(this.#client, repository, found.digest, this.#key, signal)
    const file = join(folder, 'archive')
    await this.#client.downloadBlob(repository, found.layer, file, signal)
    const entry = await this.#reader.archive(file, offer.place)
    this.#mustBeAt(offer, entry)
    return {
      entry,
      digest: found.digest,
      repository,
      copyTo: (target, to, during) => this.#copy({ repository, found, file }, target, to, during),
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #mustBeAt({ place }: Offer, { manifest: { name, version } }: PackEntry): void {
    if (`${packRepository(this.#basePath, name)}:${tagOf(version)}` === place) return
    throw packError(
      'pack.json',
      `says ${name} ${version}, which belongs elsewhere: name and version must equal repository and tag`,
    )
  }

  /** Byte for byte, so that the digest, and with it a signature, stays what it is. */
  async #copy(
    { repository, found, file }: { repository: string; found: FoundManifest & { layer: Descriptor }; file: string },
    target: OciClient,
    to: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { config, mediaType } = found.manifest
    if (config.size > configBytes) throw packError('config', `has ${config.size} bytes; ${configBytes} are allowed`)
    await target.pushBlob(to, await this.#client.blob(repository, config, signal), signal)
    await target.pushFile(to, found.layer, file, signal)
    const manifest = { mediaType: mediaType || mediaTypes.manifest, body: found.body }
    await target.pushManifestBytes(to, found.digest, manifest, signal)
  }
}
