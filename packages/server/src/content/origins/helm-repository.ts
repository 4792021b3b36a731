import { createHash } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { packError } from '@atrium/pack/format/problems.ts'
import { pickVersion } from '@atrium/pack/format/version.ts'
import { hashingFile } from '@atrium/pack/sources/hashing-file.ts'
import { type ChartEntry, helmLimits } from '@atrium/pack/sources/helm/index-file.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress, EgressResponse } from '@atrium/runtime/egress/egress.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { madePack } from './made-pack.ts'
import type { Listing, Offer, Origin, ReadPack } from './origin.ts'

export interface HelmRepositoryOptions {
  /** Where `index.yaml` lies. */
  endpoint: string
  egress: Egress
  /** Shown to the origin of `endpoint` only, also when the index names archives elsewhere. */
  authorization: Secret<string> | null
  caBundle: string
  reader: PackReader
}

const placeOf = ({ name, version }: ChartEntry): string => `${name}:${version}`

/** A Helm repository: the newest versions of each chart, each made a pack. */
export class HelmRepository implements Origin {
  readonly #options: HelmRepositoryOptions
  readonly #base: string
  readonly #charts = new Map<string, ChartEntry>()

  constructor(options: HelmRepositoryOptions) {
    this.#options = options
    this.#base = options.endpoint.replace(/\/*$/, '/')
  }

  async list(since: string | null, signal: AbortSignal): Promise<Listing | 'unchanged'> {
    const response = await this.#get(new URL('index.yaml', this.#base), helmLimits.indexBytes, since, signal)
    if (response.status === 304) {
      response.discard()
      return 'unchanged'
    }
    await using folder = await mkdtempDisposable(join(tmpdir(), 'atrium-index-'))
    const file = join(folder.path, 'index.yaml')
    const digest = await download(response, file)
    // A server that knows no conditional requests is told by what it sends.
    const mark = response.headers['etag'] ?? `sha256:${digest}`
    if (mark === since) return 'unchanged'
    const { charts, leftOut } = await this.#options.reader.index(file, this.#base)
    return { offers: charts.map((chart) => this.#offerOf(chart)), mark, leftOut }
  }

  async find(name: string, tag: string, signal: AbortSignal): Promise<Offer | null> {
    const response = await this.#get(new URL('index.yaml', this.#base), helmLimits.indexBytes, null, signal)
    await using folder = await mkdtempDisposable(join(tmpdir(), 'atrium-index-'))
    const file = join(folder.path, 'index.yaml')
    await download(response, file)
    const { charts } = await this.#options.reader.index(file, this.#base, name)
    const version = pickVersion(
      tag,
      charts.map((chart) => chart.version),
    )
    const chart = charts.find((one) => one.version === version)
    return chart ? this.#offerOf(chart) : null
  }

  async read({ place }: Offer, folder: string, signal: AbortSignal): Promise<ReadPack> {
    const chart = this.#charts.get(place)
    if (chart === undefined) throw packError(place, 'is not in the index')
    const response = await this.#get(new URL(chart.url), packLimits.archiveBytes, null, signal)
    const [file, archive] = [join(folder, 'chart'), join(folder, 'archive')]
    const digest = await download(response, file)
    if (chart.digest !== '' && digest !== chart.digest) throw packError(place, `is not what the index says: ${digest}`)
    return madePack(await this.#options.reader.chart(chart, file, archive), archive, 'helm')
  }

  close(): Promise<void> {
    this.#charts.clear()
    return Promise.resolve()
  }

  #offerOf(chart: ChartEntry): Offer {
    const place = placeOf(chart)
    this.#charts.set(place, chart)
    return { place, mark: chart.digest || chart.url }
  }

  async #get(url: URL, maxBytes: number, etag: string | null, signal: AbortSignal): Promise<EgressResponse> {
    const { egress, authorization, caBundle } = this.#options
    const isHome = url.origin === new URL(this.#base).origin
    const response = await egress
      .request(url.href, {
        headers: {
          ...(isHome && authorization && { authorization: authorization.reveal() }),
          ...(etag !== null && { 'if-none-match': etag }),
        },
        maxBytes,
        signal,
        redirects: 3,
        ...(isHome && caBundle && { caBundle }),
      })
      .catch(unreachable)
    if (response.status === 200 || response.status === 304) return response
    response.discard()
    throw new OciError(response.status, `the repository answered ${response.status} to ${url.pathname}`)
  }
}

/** Writes the body to a file; answers its SHA-256, hex. */
async function download(response: EgressResponse, file: string): Promise<string> {
  const hash = createHash('sha256')
  await response.pipeTo(hashingFile(file, hash)).catch(unreachable)
  return hash.digest('hex')
}

function unreachable(error: unknown): never {
  if (error instanceof EgressError) throw new OciError(0, `the repository cannot be reached: ${error.message}`, error)
  throw error
}
