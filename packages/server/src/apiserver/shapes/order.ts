import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { valueAt } from './filters.ts'

const direction = new Map([
  ['1', 1],
  ['-1', -1],
])

/** Sorts views by `orderBy`: `path=1` ascending, `path=-1` descending, comma separated; unset keeps the order. */
export function orderViews<T>(views: readonly T[], orderBy: string | undefined): T[] {
  if (!orderBy) return [...views]
  const keys = orderBy.split(',').map((term) => {
    const [path = '', sign = '1'] = term.split('=')
    const factor = direction.get(sign.trim())
    if (factor === undefined || path === '') {
      throw new AtriumError('InvalidRequest', `orderBy: '${term}' is not path=1 or path=-1.`, {
        details: { field: 'orderBy' },
      })
    }
    return { path: path.trim(), factor }
  })
  return [...views].sort((a, b) => {
    for (const { path, factor } of keys) {
      const order = compare(valueAt(a, path), valueAt(b, path))
      if (order !== 0) return order * factor
    }
    return 0
  })
}

/** Objects and lists have no order: all of them are equal. */
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : ''

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [textOf(a), textOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
