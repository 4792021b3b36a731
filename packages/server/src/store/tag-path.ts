import type { TagCondition } from '@atrium/api/kinds/tag-filter.ts'
import type { TagFilter } from '@atrium/api/tags.ts'

/**
 * A filter as a jsonpath predicate on labels (`labels @@ path`), which decides as `passesFilter` does. A value of the statement, not its
 * text: names and values are quoted as jsonpath quotes texts, which is as JSON does.
 */
export function tagPath({ conjunction, conditions }: TagFilter): string {
  // No labels are an array: a filter without conditions passes nothing.
  if (conditions.length === 0) return 'exists($[1])'
  return conditions.map(conditionPath).join(conjunction === 'or' ? ' || ' : ' && ')
}

function conditionPath({ key, values, negation }: TagCondition): string {
  const label = `$.${JSON.stringify(key)}`
  const wanted = values.map((value) => `${label} == ${JSON.stringify(value)}`)
  return `${negation ? '!' : ''}(${wanted.length === 0 ? `exists(${label})` : wanted.join(' || ')})`
}
