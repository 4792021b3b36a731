import type { v1FilterArray, v1FilterString } from '@atrium/api/generated/operations.d.ts'
import { compareVersions } from '@atrium/pack/format/version.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

type Test = (view: unknown) => boolean

/** The value below a dotted path, e.g. `metadata.name`. */
export function valueAt(view: unknown, path: string): unknown {
  let value = view
  for (const segment of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined
    value = Object.hasOwn(value, segment) ? Reflect.get(value, segment) : undefined
  }
  return value
}

const textOf = (value: unknown): string[] =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
/** A value as the texts it can be compared with: itself, or its items. */
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap(textOf) : textOf(value))

const term = /^([\w.-]+?)(_in_|=|>)(.*)$/s
const maxLength = 4096

function parseTerm(text: string): Test {
  const match = term.exec(text)
  if (!match) {
    throw new AtriumError(
      'InvalidRequest',
      `filters: '${text.slice(0, 80)}' is not a term. Terms are path=value, path>value or path_in_a,b, joined by AND or OR.`,
      { details: { field: 'filters' } },
    )
  }
  const [, path = '', operator, value = ''] = match
  if (operator === '>') return (view) => texts(valueAt(view, path)).some((found) => compareVersions(found, value) > 0)
  const wanted = new Set(operator === '=' ? [value] : value.split(','))
  return (view) => texts(valueAt(view, path)).some((found) => wanted.has(found))
}

/**
 * The `filters` parameter as a test over views: terms `path=value`, `path>value` (as versions), `path_in_a,b`, joined by
 * `AND` and `OR` (AND binds tighter), without spaces. Absent = everything passes.
 */
export function parseFilters(filters: string | undefined): Test {
  if (!filters) return () => true
  if (filters.length > maxLength) {
    throw new AtriumError('InvalidRequest', `filters: longer than ${maxLength} characters.`, {
      details: { field: 'filters' },
    })
  }
  // A joint stands before the next path, so that values may hold the letters AND and OR themselves.
  const alternatives = filters
    .split(/OR(?=(?:metadata|spec|status)\.)/)
    .map((group) => group.split(/AND(?=(?:metadata|spec|status)\.)/).map((text) => parseTerm(text.trim())))
  return (view) => alternatives.some((group) => group.every((test) => test(view)))
}

/** The string condition of search bodies (`{eq, ne, contains, beginsWith, ignoreCase}`) as a test. */
export function stringFilter(filter: v1FilterString | undefined): (value: string) => boolean {
  if (!filter) return () => true
  const fold = (text: string): string => (filter.ignoreCase === false ? text : text.toLowerCase())
  const [eq, ne, contains, beginsWith] = [filter.eq, filter.ne, filter.contains, filter.beginsWith].map(
    (wanted) => wanted && fold(wanted),
  )
  return (value) => {
    const text = fold(value)
    return (
      (!eq || text === eq) &&
      (!ne || text !== ne) &&
      (!contains || text.includes(contains)) &&
      (!beginsWith || text.startsWith(beginsWith))
    )
  }
}

/** The condition of search bodies on a list of texts (`{eq, ne, beginsWith, ignoreCase}`) as a test: one of them is enough, and none of `ne`. */
export function arrayFilter(filter: v1FilterArray | undefined): (values: readonly string[]) => boolean {
  if (!filter) return () => true
  const fold = (text: string): string => (filter.ignoreCase === false ? text : text.toLowerCase())
  const [eq = [], ne = [], beginsWith = []] = [filter.eq, filter.ne, filter.beginsWith].map((all) =>
    (all ?? []).map(fold),
  )
  return (values) => {
    const folded = values.map(fold)
    return (
      (eq.length === 0 || folded.some((text) => eq.includes(text))) &&
      (beginsWith.length === 0 || folded.some((text) => beginsWith.some((start) => text.startsWith(start)))) &&
      !folded.some((text) => ne.includes(text))
    )
  }
}
