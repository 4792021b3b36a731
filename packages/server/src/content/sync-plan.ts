import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import type { PackProblem } from '@atrium/api/kinds/registry.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Offer } from './origins/origin.ts'
import type { PackRow } from './pack-rows.ts'

export interface SyncPlan {
  /** Content that is not in the catalogue: to be read. */
  read: Offer[]
  /** Content that could not be used before and is the same still. */
  stillBroken: PackProblem[]
  /** Uids of packs whose place is gone: kept for those who use them, marked as deleted. */
  vanished: string[]
  /** Uids of packs that stand there again with the same content. */
  returned: string[]
}

/** Mark of a pack whose place the registry lacks, in the words of published packs. */
export const systemState = 'system_state'

type Known = Pick<PackRow, 'uid'> & {
  spec: Pick<PackRow['spec'], 'annotations' | 'digest' | 'repository' | 'version' | 'source' | 'replacedBy'>
}

const isVanished = ({ spec }: Pick<Known, 'spec'>): boolean => spec.annotations[systemState] === 'deleted'

/** The registry offers it now: it is neither gone nor replaced. */
export const isOffered = (pack: { spec: Known['spec'] } | StoredObject<'Pack'>): boolean =>
  !isVanished(pack) && pack.spec.replacedBy === undefined

/** A pack as its registry does not offer it any more. */
export const withdrawn = (spec: PackSpec): PackSpec => ({
  ...spec,
  annotations: { ...spec.annotations, [systemState]: 'deleted' },
})

/** Where a pack came from and which content it was; those without a copy are where they came from. */
export const sourceOf = ({ spec }: { spec: Known['spec'] }): { place: string; mark: string; signedBy?: string } =>
  spec.source ?? { place: `${spec.repository}:${spec.version.replaceAll('+', '_')}`, mark: spec.digest }

const keyOf = ({ place, mark }: { place: string; mark: string }): string => `${place}@${mark}`

/** What must be done to make the catalogue equal to the registry, whose packs must be signed by `signedBy` if that is given. Pure. */
export function planSync(
  offers: readonly Offer[],
  known: readonly Known[],
  { problems = [], signedBy }: { problems?: readonly PackProblem[] | undefined; signedBy?: string | undefined } = {},
): SyncPlan {
  const byContent = new Map(known.map((pack) => [keyOf(sourceOf(pack)), pack]))
  const isTrusted = (pack: Known): boolean => signedBy === undefined || sourceOf(pack).signedBy === signedBy
  const broken = new Map(problems.map((problem) => [keyOf(problem), problem]))
  const present = new Set(offers.map(keyOf))
  const news = offers.filter((offer) => {
    const pack = byContent.get(keyOf(offer))
    return pack === undefined || !isTrusted(pack)
  })
  const places = new Set(offers.map(({ place }) => place))
  const stillThere = (pack: Known): boolean => present.has(keyOf(sourceOf(pack)))
  return {
    read: news.filter((offer) => !broken.has(keyOf(offer))),
    stillBroken: news.flatMap((offer) => broken.get(keyOf(offer)) ?? []),
    // One whose place holds other content is replaced by it, once that was read; one without the signature goes until it has it.
    vanished: known
      .filter((pack) => !isVanished(pack) && !(places.has(sourceOf(pack).place) && isTrusted(pack)))
      .map(({ uid }) => uid),
    returned: known.filter((pack) => stillThere(pack) && isTrusted(pack) && !isOffered(pack)).map(({ uid }) => uid),
  }
}
