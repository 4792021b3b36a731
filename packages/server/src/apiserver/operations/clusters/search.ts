import type {
  v1SearchFilterItem,
  v1SearchFilterSortSpec,
  v1SearchFilterSpec,
} from '@atrium/api/generated/operations.d.ts'
import type { ObjectMeta } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { PrintedRow } from './printed-row.ts'

/** What a search looks at of one cluster, and what it shows: thousands are held at once, so no specs. */
export interface SearchRow
  extends Pick<ObjectMeta, 'uid' | 'name' | 'project' | 'labels' | 'createdAt' | 'modifiedAt'> {
  /** Labels as clients write them: `key:value`, or the key alone. */
  tags: string[]
  cloudType: string
  cloudAccountUid: string
  state: string
  health: string
  kubernetesVersion: string
  profiles: { uid: string; name: string }[]
  printed: PrintedRow
}
export type Match = (cluster: SearchRow) => boolean

type ReadText = (cluster: SearchRow) => string | string[]

/** What clusters can be searched by: each property as the text to compare with, or its texts. */
const textProperties: Record<string, ReadText> = {
  clusterName: ({ name }) => name,
  clusterUid: ({ uid }) => uid,
  environment: ({ cloudType }) => cloudType,
  cloudType: ({ cloudType }) => cloudType,
  cloudAccountUid: ({ cloudAccountUid }) => cloudAccountUid,
  clusterState: ({ state }) => state,
  healthState: ({ health }) => health,
  k8sVersion: ({ kubernetesVersion }) => kubernetesVersion,
  projectUid: ({ project }) => project ?? '',
  clusterProfileUid: ({ profiles }) => profiles.map((profile) => profile.uid),
  clusterProfileName: ({ profiles }) => profiles.map((profile) => profile.name),
  tags: ({ tags }) => tags,
}
/** A cluster that is gone has no object: what is stored is never deleted. */
const boolProperties: Record<string, (cluster: SearchRow) => boolean> = { isDeleted: () => false }

export const searchableProperties = [
  ...Object.keys(textProperties).map((property) => ({ property, type: 'string' as const })),
  ...Object.keys(boolProperties).map((property) => ({ property, type: 'bool' as const })),
]

/** The predicate a search body stands for. A property we do not know is refused, so that no filter is silently ignored. */
export function clusterFilter(filter: v1SearchFilterSpec | undefined): Match {
  const groups = (filter?.filterGroups ?? []).map((group) =>
    combine(group.conjunction, (group.filters ?? []).map(itemFilter)),
  )
  return combine(filter?.conjunction, groups)
}

const combine = (conjunction: string | null | undefined, parts: Match[]): Match =>
  conjunction === 'or' && parts.length > 0
    ? (cluster) => parts.some((part) => part(cluster))
    : (cluster) => parts.every((part) => part(cluster))

function itemFilter({ property = '', condition }: v1SearchFilterItem): Match {
  if (property === 'tags' && condition?.keyValue) return labelFilter(condition.keyValue)
  const text = Object.hasOwn(textProperties, property) ? textProperties[property] : undefined
  if (text) return textFilter(text, conditionOf('string', property, condition))
  const bool = Object.hasOwn(boolProperties, property) ? boolProperties[property] : undefined
  if (bool) {
    const wanted = conditionOf('bool', property, condition)?.value ?? false
    return (cluster) => bool(cluster) === wanted
  }
  throw new AtriumError(
    'InvalidRequest',
    `filter.filterGroups: clusters cannot be searched by '${property}'. Use one of ${searchableProperties.map((one) => one.property).join(', ')}.`,
    { details: { field: 'filter.filterGroups.filters.property' } },
  )
}

type Condition = NonNullable<v1SearchFilterItem['condition']>

/** The condition of this type; one of another type alone is refused, for without it everything would be found. */
function conditionOf<T extends 'string' | 'bool'>(type: T, property: string, condition: Condition = {}): Condition[T] {
  const others = Object.entries(condition).filter(([name, given]) => name !== type && given != null)
  if (condition[type] || others.length === 0) return condition[type]
  throw new AtriumError(
    'InvalidRequest',
    `filter.filterGroups: '${property}' is searched by a condition of type ${type}, and not ${others.map(([name]) => name).join(', ')}.`,
    { details: { field: 'filter.filterGroups.filters.condition' } },
  )
}

/** By the value of one label; without values by its being there. */
function labelFilter({ key = '', ...condition }: NonNullable<Condition['keyValue']>): Match {
  const valueOf = ({ labels }: SearchRow): string[] => (Object.hasOwn(labels, key) ? [labels[key] ?? ''] : [])
  if (condition.match?.values?.length) return textFilter(valueOf, condition)
  return (cluster) => valueOf(cluster).length > 0 !== (condition.negation === true)
}

/** Letters count unless `ignoreCase` is sent: names that differ by nothing else are two clusters, and clients want one. */
function textFilter(read: ReadText, condition: Condition['string']): Match {
  const fold = (text: string): string => (condition?.ignoreCase === true ? text.toLowerCase() : text)
  const wanted = (condition?.match?.values ?? []).map(fold)
  const compare = comparators[condition?.operator ?? 'eq'] ?? comparators['eq']
  const negated = condition?.negation === true
  if (wanted.length === 0 || !compare) return () => true
  const all = condition?.match?.conjunction === 'and'
  const matches = (text: string): boolean => wanted.some((value) => compare(text, value))
  const matchesAll = (text: string): boolean => wanted.every((value) => compare(text, value))
  return (cluster) => {
    const found = read(cluster)
    // Thousands are asked for each page: one text needs no lists.
    if (typeof found === 'string') return (all ? matchesAll(fold(found)) : matches(fold(found))) !== negated
    const hit = all
      ? wanted.every((value) => found.some((text) => compare(fold(text), value)))
      : found.some((text) => matches(fold(text)))
    return hit !== negated
  }
}

const comparators: Record<string, (text: string, value: string) => boolean> = {
  eq: (text, value) => text === value,
  contains: (text, value) => text.includes(value),
  beginsWith: (text, value) => text.startsWith(value),
}

const sortFields: Record<string, (cluster: SearchRow) => string> = {
  environment: ({ cloudType }) => cloudType,
  clusterName: ({ name }) => name,
  clusterState: ({ state }) => state,
  healthState: ({ health }) => health,
  creationTimestamp: ({ createdAt }) => createdAt,
  lastModifiedTimestamp: ({ modifiedAt }) => modifiedAt,
}

/** By the fields of a search body, first field first; then by name, so that the order is total. */
export function clusterOrder(sort: readonly v1SearchFilterSortSpec[]): (a: SearchRow, b: SearchRow) => number {
  const fields = sort.flatMap(({ field, order }) => {
    const read = sortFields[field ?? '']
    return read ? [{ read, direction: order === 'desc' ? -1 : 1 }] : []
  })
  return (a, b) => {
    for (const { read, direction } of fields) {
      const compared = compareTexts(read(a), read(b))
      if (compared !== 0) return compared * direction
    }
    return compareTexts(a.name, b.name) || compareTexts(a.uid, b.uid)
  }
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
