import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { isAttachment } from '@atrium/pack/sources/oci/cosign.ts'
import { inParallel } from '@atrium/runtime/base/parallel.ts'
import { type Listing, type Offer, originLimits } from './origin.ts'

/** Every tag of those repositories that `wanted` picks, with its digest. */
export async function listTags(
  client: OciClient,
  wanted: (repositories: string[]) => string[],
  signal: AbortSignal,
): Promise<Listing> {
  const repositories = wanted(await client.repositories(signal))
  const tags = await inParallel(repositories, originLimits.atOnce, async (repository) =>
    ((await client.tags(repository, signal)) ?? [])
      .filter((tag) => !isAttachment(tag))
      .map((tag) => ({ repository, tag })),
  )
  const all = tags.flat()
  const read = all.slice(0, originLimits.packs)
  const offers = await inParallel(read, originLimits.atOnce, async ({ repository, tag }): Promise<Offer[]> => {
    const mark = await client.digest(repository, tag, signal)
    return mark === null ? [] : [{ place: `${repository}:${tag}`, mark }]
  })
  return { offers: offers.flat(), mark: null, leftOut: all.length - read.length }
}

/** The repository of an offer that `listTags` made. */
export const repositoryOf = ({ place }: Offer): string => place.slice(0, place.lastIndexOf(':'))
