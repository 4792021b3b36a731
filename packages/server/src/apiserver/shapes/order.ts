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

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [String(a ?? ''), String(b ?? '')]
  return left < right ? -1 : left > right ? 1 : 0
}
