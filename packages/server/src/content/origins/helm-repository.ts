import { createHash } from 'node:crypto'
import { packError } from '@atrium/pack/format/problems.ts'
import { packOfChart } from '@atrium/pack/sources/helm/chart-pack.ts'
import { type ChartEntry, helmLimits, readHelmIndex } from '@atrium/pack/sources/helm/index-file.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
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
  clock: Clock
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
    const text = await response.text().catch(unreachable)
    // A server that knows no conditional requests is told by what it sends.
    const mark = response.headers['etag'] ?? `sha256:${createHash('sha256').update(text).digest('hex')}`
    if (mark === since) return 'unchanged'
    const { charts, leftOut } = await readHelmIndex(text, this.#base, this.#options.clock)
    for (const chart of charts) this.#charts.set(placeOf(chart), chart)
    return {
      offers: charts.map((chart) => ({ place: placeOf(chart), mark: chart.digest || chart.url })),
      mark,
      leftOut,
    }
  }

  async read({ place }: Offer, signal: AbortSignal): Promise<ReadPack> {
    const chart = this.#charts.get(place)
    if (chart === undefined) throw packError(place, 'is not in the index')
    const response = await this.#get(new URL(chart.url), packLimits.archiveBytes, null, signal)
    const archive = await response.bytes().catch(unreachable)
    const digest = createHash('sha256').update(archive).digest('hex')
    if (chart.digest !== '' && digest !== chart.digest) throw packError(place, `is not what the index says: ${digest}`)
    return madePack(await packOfChart(chart, archive), 'helm')
  }

  close(): Promise<void> {
    this.#charts.clear()
    return Promise.resolve()
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

function unreachable(error: unknown): never {
  if (error instanceof EgressError) throw new OciError(0, `the repository cannot be reached: ${error.message}`, error)
  throw error
}
