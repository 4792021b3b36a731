import type { PackProblem } from '@atrium/api/kinds/registry.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import type { PackEntry } from '@atrium/pack/sources/summary.ts'

/** One version of a pack, as its source has it now. */
export interface Offer {
  /** Where it is: repository with tag, chart with version, folder. */
  place: string
  /** Names the content: another content has another mark. */
  mark: string
}

export interface Listing {
  offers: Offer[]
  /** One word that stays the same as long as nothing changes; null when the source has none. */
  mark: string | null
  /** How many offers are beyond the limits. */
  leftOut: number
  /** Places that were named and are not there. */
  missing?: PackProblem[]
}

/** A pack that was read from its source. */
export interface ReadPack {
  entry: PackEntry
  /** Digest of the manifest that installs it. */
  digest: string
  /** Where it is to be pulled from, when nobody keeps a copy; null when only a copy can be pulled. */
  repository: string | null
  type?: 'helm'
  /** Stores a copy in the platform's registry, under its digest. */
  copyTo(client: OciClient, repository: string, signal: AbortSignal): Promise<void>
}

/** A place packs are read from. Throws `PackError` for what says something about one pack, `OciError` for what the source refused. */
export interface Origin {
  /** Everything that is offered; `unchanged` when the source says that it is what it was at `since`. */
  list(since: string | null, signal: AbortSignal): Promise<Listing | 'unchanged'>
  /**
   * The version of a pack or chart that a tag stands for, without a list of all; null when there is none. Absent where nothing can be
   * asked for by name.
   */
  find?(name: string, tag: string, signal: AbortSignal): Promise<Offer | null>
  /** `folder`: empty, for files; they are needed as long as the answer. */
  read(offer: Offer, folder: string, signal: AbortSignal): Promise<ReadPack>
  /** Removes what was put aside. */
  close(): Promise<void>
}

export const originLimits = {
  packs: 5000,
  /** Requests to one registry at a time. */
  atOnce: 8,
} as const
