import type { v1PackFilterSpec, v1PackSortSpec } from '@atrium/api/generated/operations.d.ts'
import type { PackFacet, PackGroup, PackRow } from '../../../content/pack-rows.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { type Page, type Paging, pageOfArray, pageOfFound } from '../../shapes/lists.ts'

type Word = (word: string) => boolean
type Test = (pack: PackRow) => boolean

/** A list that is not given, or holds `all`, wants every word: null. */
function oneOf(wanted: readonly string[] | null | undefined): Word | null {
  if (!wanted || wanted.length === 0 || wanted.includes('all')) return null
  const words = new Set(wanted)
  return (word) => words.has(word)
}

/** The filter of a pack search as tests: of what all versions of a group share, of what very many versions have in common, and of each version. */
export function packFilter(filter: v1PackFilterSpec = {}): {
  group: Test
  facet: (facet: PackFacet) => boolean
  version: Test
} {
  const [name, layer] = [filter.name && stringFilter(filter.name), oneOf(filter.layer)]
  const [type, registry, source] = [oneOf(filter.type), oneOf(filter.registryUid), oneOf(filter.source)]
  const [cloud, addon] = [oneOf(filter.environment), oneOf(filter.addOnType)]
  const [subType, state] = [oneOf(filter.addOnSubType), oneOf(filter.state)]
  const displayName = filter.displayName && stringFilter(filter.displayName)
  return {
    group: all<PackRow>([name && (({ meta }) => name(meta.name)), layer && (({ spec }) => layer(spec.layer))]),
    facet: all<PackFacet>([
      type && ((facet) => type(facet.type ?? 'spectro')),
      registry && ((facet) => registry(facet.registryUid)),
      source && ((facet) => source(facet.source)),
      cloud && (({ cloudTypes }) => cloudTypes.includes('all') || cloudTypes.some(cloud)),
      addon && ((facet) => facet.layer !== 'addon' || addon(facet.addonType)),
      // Packs have no kind within their kind, and none says that it is FIPS compliant.
      subType && ((facet) => facet.layer !== 'addon' || subType('')),
      filter.isFips && (() => false),
      state && ((facet) => state(facet.state)),
    ]),
    version: all<PackRow>([displayName && (({ spec }) => displayName(spec.displayName))]),
  }
}

function all<T>(tests: readonly (((item: T) => boolean) | '' | false | null | undefined)[]): (item: T) => boolean {
  const given = tests.filter((test) => !!test)
  const [only] = given
  if (only === undefined) return () => true
  return given.length === 1 ? only : (item) => given.every((test) => test(item))
}

/** Answers a test of what many share, which is made once for each that differs. */
function remembered(test: (facet: PackFacet) => boolean): Test {
  const known = new Map<PackFacet, boolean>()
  return ({ facet }) => {
    const before = known.get(facet)
    if (before !== undefined) return before
    const outcome = test(facet)
    known.set(facet, outcome)
    return outcome
  }
}

/**
 * A page of the groups with versions that pass, those versions of each, in the order asked for (by name unless given). There are ten
 * thousands of versions: what a group shares is asked once, and nothing is made for what is not on the page.
 */
export function searchPacks(
  groups: readonly PackGroup[],
  { group: isGroup, facet, version: isVersion }: ReturnType<typeof packFilter>,
  sort: readonly v1PackSortSpec[] | null | undefined,
  paging: Paging,
): Page<PackGroup> {
  const hasFacet = remembered(facet)
  const passes = (pack: PackRow): boolean => hasFacet(pack) && isVersion(pack)
  const isFound = (group: PackGroup): boolean => group[0] !== undefined && isGroup(group[0]) && group.some(passes)
  const [first, ...others] = sort ?? []
  const order = first?.order === 'desc' ? 'backwards' : 'forwards'
  const page =
    others.length === 0 && (first?.field ?? 'name') === 'name'
      ? pageOfFound(groups, isFound, paging, { order, fallback: 0 })
      : pageOfArray(groups.filter(isFound).toSorted(groupOrder(sort ?? [])), paging, 0)
  return { ...page, items: page.items.map((group) => (group.every(passes) ? group : group.filter(passes))) }
}

const sortFields: Record<NonNullable<v1PackSortSpec['field']>, (newest: PackRow) => string> = {
  name: ({ meta }) => meta.name,
  type: ({ spec }) => spec.type ?? 'spectro',
  layer: ({ spec }) => spec.layer,
  addOnType: ({ spec }) => spec.addonType,
  displayName: ({ spec }) => spec.displayName,
}

/** By the newest version of each, first field first. Groups come by name, and stay so where the fields are equal. */
function groupOrder(sort: readonly v1PackSortSpec[]): (a: PackGroup, b: PackGroup) => number {
  const keys = sort.map(({ field, order }) => ({ read: sortFields[field ?? 'name'], sign: order === 'desc' ? -1 : 1 }))
  return ([a], [b]) => {
    if (!a || !b) return 0
    for (const { read, sign } of keys) {
      const [left, right] = [read(a), read(b)]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  }
}
