import { RE2JS } from 're2js'
import { scanMacros } from './macro-scan.ts'
import type { Problem } from './problems.ts'
import { type BoundedRegex, RegexError, RegexWork } from './regex-work.ts'
import type { ValuesText } from './values.ts'

/** What `schema.yaml` says of the value at one path. */
export interface ValueRule {
  /** Full dotted path; `$[]` stands for each item of a list. */
  path: string
  required: boolean
  readonly: boolean
  /** Pattern as written, e.g. `${string}:${version}`; empty = any value. */
  format: string
  hints: string[]
  /** The first type in the format, e.g. `number`; empty without one. */
  type: string
  listOptions: string[]
  /** Regular expression (RE2) of the first type that gives one; empty without. */
  regex: string
}

const WORD = /\s*(?:\||(required|readonly|format|hints)\b|"((?:[^"\\]|\\.)*)")/y
const TYPE = /\$\{([a-z0-9]+)(?::(?:\/((?:[^/\\]|\\.)*)\/|\[([^\]]*)\]))?\}/g
const maxPatternChars = 2048

/** Reads one rule text, `{{ required | format "${number}" | hints "…" }}`. What it does not know, it passes over. */
export function readRule(path: string, text: string): ValueRule {
  const rule: ValueRule = {
    path,
    required: false,
    readonly: false,
    format: '',
    hints: [],
    type: '',
    listOptions: [],
    regex: '',
  }
  const inner = text.replace(/^\s*\{\{-?/, '').replace(/-?\}\}\s*$/, '')
  let word = ''
  WORD.lastIndex = 0
  for (let match = WORD.exec(inner); match !== null; match = WORD.exec(inner)) {
    const [, name, quoted] = match
    if (name === 'required' || name === 'readonly') rule[name] = true
    if (name !== undefined) word = name
    if (quoted === undefined) continue
    const value = quoted.replaceAll(/\\(["\\])/g, '$1')
    if (word === 'format') rule.format = value
    if (word === 'hints') rule.hints.push(value)
  }
  const types = [...rule.format.matchAll(TYPE)]
  const [, type = '', , options] = types[0] ?? []
  return {
    ...rule,
    type,
    listOptions: type === 'list' ? optionsOf(options) : [],
    regex: types.find(([, , regex]) => regex !== undefined)?.[2] ?? '',
  }
}

const optionsOf = (list = ''): string[] =>
  list
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '')

/** Problems of values by the rules of their pack; `defaults` are the pack's own. Values with placeholders are not known yet. */
export function checkValues(
  values: ValuesText,
  rules: readonly ValueRule[],
  defaults: ValuesText,
  file = 'values.yaml',
): Problem[] {
  const work = new RegexWork()
  return rules.flatMap((rule) =>
    pathsOf(values, rule.path).flatMap((path): Problem[] => {
      const message = ruleProblem(rule, values, path, { defaults, work })
      return message === null ? [] : [{ file, path: rule.path, line: path === null ? 0 : values.lineOf(path), message }]
    }),
  )
}

/** Paths of values that must not be shown. */
export const secretValues = (values: ValuesText, rules: readonly ValueRule[]): string[] =>
  rules
    .filter(({ format }) => format.includes('${password'))
    .flatMap(({ path }) => pathsOf(values, path))
    .flatMap((path) => {
      const value = path === null ? undefined : values.getSource(path)
      return typeof value === 'string' && value !== '' ? [value] : []
    })

/** Every path that a dotted one means; null = it is not there. */
function pathsOf(values: ValuesText, dotted: string): (string[] | null)[] {
  const [before = '', ...rest] = dotted.split('.$[]')
  if (rest.length === 0) return [values.pathOf(dotted)]
  const list = values.pathOf(before)
  const items = list === null ? undefined : values.get(list)
  if (!Array.isArray(items)) return []
  return items.flatMap((_item, index) => pathsOf(values, `${before}.${index}${rest.join('.$[]')}`))
}

function ruleProblem(
  rule: ValueRule,
  values: ValuesText,
  path: string[] | null,
  { defaults, work }: { defaults: ValuesText; work: RegexWork },
): string | null {
  const value = path === null ? undefined : values.getSource(path)
  const isMissing = value === undefined || value === null || value === ''
  if (rule.readonly) {
    const own = defaults.pathOf(rule.path)
    const given = own === null ? undefined : defaults.getSource(own)
    if (JSON.stringify(given ?? null) !== JSON.stringify(value ?? null))
      return "is read-only: keep the pack's own value"
  }
  if (isMissing) return rule.required ? `is missing${hint(rule)}` : null
  if (rule.format === '') return null
  if (typeof value === 'object') return `must be a single value${hint(rule)}`
  const text = String(value as string | number | boolean)
  if (scanMacros(text).length > 0) return null
  try {
    return fits(rule, text, work) ? null : `must be ${wanted(rule)}${hint(rule)}`
  } catch (error) {
    if (error instanceof RegexError) return `cannot be compared with its rule, which ${error.message}`
    throw error
  }
}

const hint = ({ hints }: ValueRule): string => (hints[0] ? `: ${hints[0].replace(/\.$/, '')}` : '')

const wanted = ({ format, type, listOptions }: ValueRule): string => {
  if (listOptions.length > 0) return `one of ${listOptions.join(', ')}`
  return format === `\${${type}}` ? `a value of type ${type}` : `like ${format}`
}

/** What a type looks like, as a regular expression. */
const patterns: Readonly<Record<string, string>> = {
  number: '[-+]?[0-9]+(?:\\.[0-9]+)?',
  boolean: 'true|false',
  ipv4: '[0-9]{1,3}(?:\\.[0-9]{1,3}){3}',
  version: 'v?[0-9]+(?:\\.[0-9]+)*(?:[-+][0-9A-Za-z.+-]+)?',
}

/** Throws `RegexError` when that is too much work. */
function fits({ format }: ValueRule, value: string, work: RegexWork): boolean {
  let pattern = ''
  let at = 0
  const ranges: (string | undefined)[] = []
  for (const match of format.matchAll(TYPE)) {
    const [whole, type = '', regex, list] = match
    pattern += RE2JS.quote(format.slice(at, match.index))
    at = match.index + whole.length
    const options =
      type === 'list'
        ? optionsOf(list)
            .map((option) => RE2JS.quote(option))
            .join('|')
        : undefined
    // An expression of the author has groups of its own: named, ours are found again.
    pattern += `(?P<g${ranges.length}>${inner(regex) ?? options ?? patterns[type] ?? '(?s:.*)'})`
    ranges.push(type === 'number' ? list : undefined)
  }
  pattern += RE2JS.quote(format.slice(at))
  if (pattern.length > maxPatternChars) return true
  const matcher = compile(pattern, work)?.matcher(value)
  // A rule that cannot be read binds nobody: lint tells its author.
  if (matcher === undefined) return true
  if (!matcher.matches()) return false
  return ranges.every((range, index) => range === undefined || inRange(Number(matcher.group(`g${index}`)), range))
}

/** Within a pattern, begin and end of the text are not where the author means. */
const inner = (regex: string | undefined): string | undefined => regex?.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')

function compile(pattern: string, work: RegexWork): BoundedRegex | null {
  try {
    return work.compile(pattern)
  } catch (error) {
    if (error instanceof RegexError) return null
    throw error
  }
}

/** `5000-5005`, both included. */
function inRange(value: number, range: string): boolean {
  const [, low, high] = /^\s*(-?[\d.]+)\s*-\s*(-?[\d.]+)\s*$/.exec(range) ?? []
  return low === undefined || high === undefined || (value >= Number(low) && value <= Number(high))
}
