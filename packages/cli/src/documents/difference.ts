import { maskedValue } from './document.ts'
import { isObject } from './shape.ts'

/** A field that would change. */
export interface Difference {
  path: string
  live: unknown
  wanted: unknown
}

/** Fields in which two values differ. What is absent, empty or false is the same; entries of lists are known by their names. */
export function differences(live: unknown, wanted: unknown, path = ''): Difference[] {
  if (isEmpty(live) && isEmpty(wanted)) return []
  if (isObject(live) && isObject(wanted)) {
    const names = [...new Set([...Object.keys(live), ...Object.keys(wanted)])]
    return names.flatMap((name) => differences(live[name], wanted[name], path === '' ? name : `${path}.${name}`))
  }
  const [before, after] = [byName(live), byName(wanted)]
  if (before !== null && after !== null) return listDifferences(before, after, path)
  return JSON.stringify(live) === JSON.stringify(wanted) ? [] : [{ path, live, wanted }]
}

function listDifferences(before: Named, after: Named, path: string): Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const inner = names.flatMap((name) => differences(before.get(name), after.get(name), `${path}[${name}]`))
  const order = [[...before.keys()], [...after.keys()]].map((keys) => keys.join(', '))
  const isMoved = inner.length === 0 && order[0] !== order[1]
  return isMoved ? [{ path: `${path} (order)`, live: order[0], wanted: order[1] }] : inner
}

type Named = Map<string, unknown>

/** Entries by name; null when not all have one of their own. */
function byName(value: unknown): Named | null {
  if (isEmpty(value)) return new Map()
  if (!Array.isArray(value)) return null
  const named = value.filter((one) => isObject(one) && typeof one['name'] === 'string')
  const entries = new Map(named.map((one) => [String(one.name), one]))
  return entries.size === value.length ? entries : null
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.values(value).every(isEmpty))

/** Paths below `value` that hold the mask: on a new object nothing stands behind it. */
export function maskedPaths(value: unknown, path = ''): string[] {
  if (value === maskedValue) return [path]
  if (Array.isArray(value)) return value.flatMap((one, index) => maskedPaths(one, `${path}[${index}]`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, one]) => maskedPaths(one, path === '' ? name : `${path}.${name}`))
}

/** What is there cannot be seen: whether it differs from what is wanted, only the server can tell. */
export const isSecret = ({ live }: Difference): boolean => live === maskedValue

/** For people; secrets are told and not shown. */
export function formatDifference(difference: Difference): string {
  const { path, live, wanted } = difference
  if (isSecret(difference)) return `  ${path}: is given (a secret cannot be compared)`
  if (typeof live === 'string' && typeof wanted === 'string' && `${live}${wanted}`.includes('\n'))
    return [`  ${path}:`, ...changedLines(live, wanted).map((line) => `    ${line}`)].join('\n')
  return `  ${path}: ${formatValue(live)} → ${formatValue(wanted)}`
}

const VALUE_CHARACTERS = 200
function formatValue(value: unknown): string {
  const shown = isEmpty(value) ? '(nothing)' : typeof value === 'string' ? value : JSON.stringify(value)
  return shown.length > VALUE_CHARACTERS ? `${shown.slice(0, VALUE_CHARACTERS)}…` : shown
}

/** Lines from the first that differs to the last, those of before behind `-`, those wanted behind `+`. */
function changedLines(live: string, wanted: string): string[] {
  const [before, after] = [live.split('\n'), wanted.split('\n')]
  const least = Math.min(before.length, after.length)
  let start = 0
  while (start < least && before[start] === after[start]) start += 1
  let end = 0
  while (end < least - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const between = (lines: string[], sign: string): string[] =>
    lines.slice(start, lines.length - end).map((line) => `${sign} ${line}`)
  return [...between(before, '-'), ...between(after, '+')]
}
