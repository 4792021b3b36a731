import type { v1PackFilterSpec, v1PackSortSpec } from '@atrium/api/generated/operations.d.ts'
import type { PackRow } from '../../../content/pack-rows.ts'
import { stringFilter } from '../../shapes/filters.ts'

/** True when the list is not given, holds `all`, or shares a word with `found`. */
const oneOf = (wanted: readonly string[] | null | undefined, found: readonly string[]): boolean =>
  !wanted || wanted.length === 0 || wanted.includes('all') || found.some((word) => wanted.includes(word))

/** The filter of a pack search as a test over pack versions. */
export function packFilter(filter: v1PackFilterSpec = {}): (pack: PackRow) => boolean {
  const name = stringFilter(filter.name)
  const displayName = stringFilter(filter.displayName)
  return ({ meta, spec }) =>
    name(meta.name) &&
    displayName(spec.displayName) &&
    oneOf(filter.type, [spec.type ?? 'spectro']) &&
    oneOf(filter.layer, [spec.layer]) &&
    oneOf(filter.registryUid, [spec.registryUid]) &&
    oneOf(filter.source, [spec.annotations['source'] ?? '']) &&
    (spec.cloudTypes.includes('all') || oneOf(filter.environment, spec.cloudTypes)) &&
    (spec.layer !== 'addon' || oneOf(filter.addOnType, [spec.addonType]))
}

/** Those versions of each group that pass, in the order asked for (by name unless given). */
export function searchPacks(
  groups: readonly (readonly PackRow[])[],
  matches: (pack: PackRow) => boolean,
  sort: readonly v1PackSortSpec[] | null | undefined,
): PackRow[][] {
  const found = groups.map((group) => group.filter(matches)).filter((group) => group.length > 0)
  return sort?.[0]?.order === 'desc' ? found.reverse() : found
}
