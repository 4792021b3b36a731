import type { KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packError } from '@atrium/pack/format/problems.ts'
import type { PackTexts } from '@atrium/pack/sources/load.ts'
import type { FoundManifest, OciClient } from '@atrium/pack/sources/oci/client.ts'
import { mustBeSigned } from '@atrium/pack/sources/oci/cosign.ts'
import { packLayerOf, packRepositories, packRepository, tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { type Descriptor, mediaTypes } from '@atrium/pack/sources/oci/types.ts'
import { readPackSummary } from '@atrium/pack/sources/summary.ts'
import { listTags, repositoryOf } from './oci-tags.ts'
import type { Listing, Offer, Origin, ReadPack } from './origin.ts'

const configBytes = 64 * 1024

/** An OCI registry in the layout of packs. Archives lie in a folder of their own while they are read: never in memory as a whole. */
export class OciPacks implements Origin {
  readonly #client: OciClient
  readonly #basePath: string
  readonly #key: KeyObject | null
  readonly #names: readonly string[] | undefined
  #folder: Promise<string> | null = null
  #count = 0

  /** Of the packs with these names, where they are given; of all that the registry lists otherwise. */
  constructor(client: OciClient, basePath: string, key: KeyObject | null, names?: readonly string[]) {
    this.#client = client
    this.#basePath = basePath
    this.#key = key
    this.#names = names
  }

  async list(_since: string | null, signal: AbortSignal): Promise<Listing> {
    const named = this.#names?.map((name) => packRepository(this.#basePath, name))
    const repositories = named ?? packRepositories(await this.#client.repositories(signal), this.#basePath)
    return listTags(this.#client, repositories, signal)
  }

  async read(offer: Offer, signal: AbortSignal): Promise<ReadPack> {
    const repository = repositoryOf(offer)
    const found = await packLayerOf(this.#client, repository, offer.mark, signal)
    // What is checked is the digest that will be installed.
    if (this.#key) await mustBeSigned(this.#client, repository, found.digest, this.#key, signal)
    this.#folder ??= mkdtemp(join(tmpdir(), 'atrium-packs-'))
    const file = join(await this.#folder, String((this.#count += 1)))
    await this.#client.downloadBlob(repository, found.layer, file, signal)
    const texts = await readPackSummary(file, offer.place)
    this.#mustBeAt(offer, texts)
    return {
      texts,
      digest: found.digest,
      repository,
      copyTo: (target, to, during) => this.#copy({ repository, found, file }, target, to, during),
    }
  }

  async close(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true })
    this.#folder = null
  }

  #mustBeAt({ place }: Offer, { manifest: { name, version } }: PackTexts): void {
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
