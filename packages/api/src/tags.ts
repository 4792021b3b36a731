import type { TagCondition, TagFilterSpec } from './kinds/tag-filter.ts'

/** What a filter asks of labels. */
export type TagFilter = Pick<TagFilterSpec, 'conjunction' | 'conditions'>
type Labels = Readonly<Record<string, string>>

/** Whether labels pass a filter: by its conjunction every condition must hold, or one. Without conditions nothing passes. */
export function passesFilter({ conjunction, conditions }: TagFilter, labels: Labels): boolean {
  if (conditions.length === 0) return false
  const holds = (condition: TagCondition): boolean => carries(labels, condition) !== condition.negation
  return conjunction === 'or' ? conditions.some(holds) : conditions.every(holds)
}

/** The label is there with one of the values; with any, where none is named. */
const carries = (labels: Labels, { key, values }: TagCondition): boolean =>
  Object.hasOwn(labels, key) && (values.length === 0 || values.includes(labels[key] ?? ''))
