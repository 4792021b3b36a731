import { join } from 'node:path'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { packError } from '@atrium/pack/format/problems.ts'
import { isVersion } from '@atrium/pack/format/version.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import { madePack } from './made-pack.ts'
import { findTag, listTags, repositoryOf } from './oci-tags.ts'
import type { Listing, Offer, Origin, ReadPack } from './origin.ts'

const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/** Charts in an OCI registry, as `helm push` stores them: below the base path, named by the last part of the repository. */
export class OciCharts implements Origin {
  readonly #client: OciClient
  readonly #basePath: string
  readonly #reader: PackReader
  readonly #paths: readonly string[] | undefined

  /** Of these paths below the base path, where they are given; of all that the registry lists otherwise. */
  constructor(client: OciClient, basePath: string, reader: PackReader, paths?: readonly string[]) {
    this.#client = client
    this.#basePath = basePath
    this.#reader = reader
    this.#paths = paths
  }

  async list(_since: string | null, signal: AbortSignal): Promise<Listing> {
    const named = this.#paths?.map((path) => `${this.#prefix}${path}`)
    const repositories =
      named ?? (await this.#client.repositories(signal)).filter((repository) => repository.startsWith(this.#prefix))
    const listing = await listTags(this.#client, repositories, signal)
    return { ...listing, offers: listing.offers.filter((offer) => isVersion(versionOf(offer))) }
  }

  find(name: string, tag: string, signal: AbortSignal): Promise<Offer | null> {
    return findTag(this.#client, `${this.#prefix}${name}`, tag, signal)
  }

  async read(offer: Offer, folder: string, signal: AbortSignal): Promise<ReadPack> {
    const repository = repositoryOf(offer)
    const found = await this.#client.manifest(repository, offer.mark, signal)
    if (found === null) throw new OciError(404, `the registry lacks ${offer.place}`)
    const layer = found.manifest.layers.find(({ mediaType }) => mediaType === CHART)
    if (layer === undefined) throw packError(offer.place, 'is no chart')
    if (layer.size > packLimits.archiveBytes) throw packError(offer.place, `has ${layer.size} bytes`)
    const name = repository.slice(repository.lastIndexOf('/') + 1)
    const chart = { name, version: versionOf(offer), description: '' }
    const [file, archive] = [join(folder, 'chart'), join(folder, 'archive')]
    await this.#client.downloadBlob(repository, layer, file, signal)
    return madePack(await this.#reader.chart(chart, file, archive), archive, 'helm')
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  get #prefix(): string {
    return this.#basePath === '' ? '' : `${this.#basePath}/`
  }
}

/** Tags know no `+`; helm writes `_` for it. */
const versionOf = ({ place }: Offer): string => place.slice(place.lastIndexOf(':') + 1).replaceAll('_', '+')
