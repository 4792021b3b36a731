import type { v1PackFilterSpec, v1PackSortSpec } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { stringFilter } from '../../shapes/filters.ts'

type Pack = StoredObject<'Pack'>

/** True when the list is not given, holds `all`, or shares a word with `found`. */
const oneOf = (wanted: readonly string[] | null | undefined, found: readonly string[]): boolean =>
  !wanted || wanted.length === 0 || wanted.includes('all') || found.some((word) => wanted.includes(word))

/** The filter of a pack search as a test over pack versions. */
export function packFilter(filter: v1PackFilterSpec = {}): (pack: Pack) => boolean {
  const name = stringFilter(filter.name)
  const displayName = stringFilter(filter.displayName)
  return ({ meta, spec }) =>
    name(meta.name) &&
    displayName(spec.displayName) &&
    oneOf(filter.type, ['spectro']) &&
    oneOf(filter.layer, [spec.layer]) &&
    oneOf(filter.registryUid, [spec.registryUid]) &&
    oneOf(filter.source, [spec.annotations['source'] ?? '']) &&
    (spec.cloudTypes.includes('all') || oneOf(filter.environment, spec.cloudTypes)) &&
    (spec.layer !== 'addon' || oneOf(filter.addOnType, [spec.addonType]))
}

/** Groups versions by pack name and layer, in the order asked for (by name unless given). */
export function groupPacks(packs: readonly Pack[], sort: readonly v1PackSortSpec[] | null | undefined): Pack[][] {
  const groups = Map.groupBy(packs, ({ meta, spec }) => `${meta.name}\n${spec.layer}`)
  const descending = sort?.[0]?.order === 'desc'
  const byName = [...groups.values()].sort((a, b) => ((a[0]?.meta.name ?? '') < (b[0]?.meta.name ?? '') ? -1 : 1))
  return descending ? byName.reverse() : byName
}
