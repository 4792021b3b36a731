import type { v1PackFilterSpec, v1PackSortSpec } from '@atrium/api/generated/operations.d.ts'
import type { PackRow } from '../../../content/pack-rows.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { type Page, type Paging, pageOfFound } from '../../shapes/lists.ts'

type Word = (word: string) => boolean
type Test = (pack: PackRow) => boolean

/** A list that is not given, or holds `all`, wants every word: null. */
function oneOf(wanted: readonly string[] | null | undefined): Word | null {
  if (!wanted || wanted.length === 0 || wanted.includes('all')) return null
  const words = new Set(wanted)
  return (word) => words.has(word)
}

/** The filter of a pack search as tests: of what all versions of a group share, and of each version. Only of what is asked for. */
export function packFilter(filter: v1PackFilterSpec = {}): { group: Test; version: Test } {
  const [name, layer] = [filter.name && stringFilter(filter.name), oneOf(filter.layer)]
  const [type, registry, source] = [oneOf(filter.type), oneOf(filter.registryUid), oneOf(filter.source)]
  const [cloud, addon] = [oneOf(filter.environment), oneOf(filter.addOnType)]
  const displayName = filter.displayName && stringFilter(filter.displayName)
  return {
    group: all([name && (({ meta }) => name(meta.name)), layer && (({ spec }) => layer(spec.layer))]),
    version: all([
      displayName && (({ spec }) => displayName(spec.displayName)),
      type && (({ spec }) => type(spec.type ?? 'spectro')),
      registry && (({ spec }) => registry(spec.registryUid)),
      source && (({ spec }) => source(spec.annotations['source'] ?? '')),
      cloud && (({ spec }) => spec.cloudTypes.includes('all') || spec.cloudTypes.some(cloud)),
      addon && (({ spec }) => spec.layer !== 'addon' || addon(spec.addonType)),
    ]),
  }
}

function all(tests: readonly (Test | null | undefined)[]): Test {
  const given = tests.filter((test) => !!test)
  return (pack) => given.every((test) => test(pack))
}

/**
 * A page of the groups with versions that pass, those versions of each, in the order asked for (by name unless given). There are ten
 * thousands of versions: what a group shares is asked once, and nothing is made for what is not on the page.
 */
export function searchPacks(
  groups: readonly (readonly PackRow[])[],
  { group: isGroup, version: isVersion }: ReturnType<typeof packFilter>,
  sort: readonly v1PackSortSpec[] | null | undefined,
  paging: Paging,
): Page<readonly PackRow[]> {
  const isFound = (group: readonly PackRow[]): boolean =>
    group[0] !== undefined && isGroup(group[0]) && group.some(isVersion)
  const order = sort?.[0]?.order === 'desc' ? 'backwards' : 'forwards'
  const page = pageOfFound(groups, isFound, paging, { order, fallback: 0 })
  return { ...page, items: page.items.map((group) => (group.every(isVersion) ? group : group.filter(isVersion))) }
}
