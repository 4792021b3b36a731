import type { PackProblem } from '@atrium/api/kinds/registry.ts'
import { pickVersion } from '@atrium/pack/format/version.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { isAttachment } from '@atrium/pack/sources/oci/cosign.ts'
import { tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { inParallel } from '@atrium/runtime/base/parallel.ts'
import { type Listing, type Offer, originLimits } from './origin.ts'

const lacking = { code: 'PackUnavailable', mark: '', message: 'the registry has no such repository' } as const

/** Every tag of these repositories, with its digest. */
export async function listTags(
  client: OciClient,
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<Listing> {
  const missing: PackProblem[] = []
  const tags = await inParallel(repositories, originLimits.atOnce, async (repository) => {
    const found = await client.tags(repository, signal)
    if (found === null) missing.push({ ...lacking, place: repository })
    return (found ?? []).filter((tag) => !isAttachment(tag)).map((tag) => ({ repository, tag }))
  })
  const all = tags.flat()
  const read = all.slice(0, originLimits.packs)
  const offers = await inParallel(read, originLimits.atOnce, async ({ repository, tag }): Promise<Offer[]> => {
    const mark = await client.digest(repository, tag, signal)
    return mark === null ? [] : [{ place: `${repository}:${tag}`, mark }]
  })
  return { offers: offers.flat(), mark: null, leftOut: all.length - read.length, missing }
}

/** The tag of a repository that a version stands for, with its digest; null when there is none. */
export async function findTag(
  client: OciClient,
  repository: string,
  version: string,
  signal: AbortSignal,
): Promise<Offer | null> {
  const tags = ((await client.tags(repository, signal)) ?? []).filter((tag) => !isAttachment(tag))
  const picked = pickVersion(
    version,
    tags.map((tag) => tag.replaceAll('_', '+')),
  )
  if (picked === undefined) return null
  const tag = tagOf(picked)
  const mark = await client.digest(repository, tag, signal)
  return mark === null ? null : { place: `${repository}:${tag}`, mark }
}

/** The repository of an offer that `listTags` made. */
export const repositoryOf = ({ place }: Offer): string => place.slice(0, place.lastIndexOf(':'))
